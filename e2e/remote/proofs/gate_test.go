package proofs

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/remote/cluster"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// Tests whose groups a gate knows wait there, and not on executors. Groups hold with and without it.
func TestGate(t *testing.T) {
	s := newStage(t, cluster.Options{Machines: machines(4), Gate: true})
	n := proofSize()
	waited := map[bool]time.Duration{}
	for _, s.direct = range []bool{true, false} {
		o := s.play(t, n.suiteOf("gated"), fmt.Sprint("--runs_per_test=", n.runs))
		o.want(t, allPassed)
		seen := s.wantNothing(t, s.round(t, o, names("gated", n.targets), n.runs))
		for _, name := range []string{"db", "pool"} {
			if peak := seen.Peaks[name]; peak.Units != groups[name].Capacity {
				t.Errorf("of %s, %d units of %d were used at once", name, peak.Units, groups[name].Capacity)
			}
		}
		if seen.Contended == 0 || seen.Workers != len(s.Workers) {
			t.Errorf("too little happened: %+v", seen)
		}
		wantRemote(t, o)
		waited[s.direct] = waitedIn(t, o)
	}
	t.Logf("executors waited for %v without the gate, and for %v with it", waited[true], waited[false])
	if waited[false] > waited[true]/10 {
		t.Errorf("executors waited for %v with the gate, and for %v without", waited[false], waited[true])
	}
}

var waitedProperty = regexp.MustCompile(`name="interlock.waited_seconds" value="([0-9.]+)"`)

// waitedIn returns for how long cases waited that do not hold the group api: its rate is kept on
// executors, whatever a gate does.
func waitedIn(t *testing.T, o outcome) (sum time.Duration) {
	t.Helper()
	for _, r := range o.results {
		if r.Target == "//gated:t6_test" {
			continue
		}
		for _, match := range waitedProperty.FindAllSubmatch(r.Report, -1) {
			seconds, err := strconv.ParseFloat(string(match[1]), 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += time.Duration(seconds * float64(time.Second))
		}
	}
	return sum
}

// gated is what runs while a gate fails.
var gated = play{pkg: "gated", runs: 2, takes: "500ms"}

// A gate that ends, is killed or stands still costs time and nothing else.
func TestGateFails(t *testing.T) {
	notShort(t)
	s := newStage(t, cluster.Options{Machines: machines(4), Gate: true})
	start := func(t *testing.T) {
		t.Helper()
		if err := s.Gate.Start(); err != nil {
			t.Error(err)
		}
	}
	for name, do := range map[string]func(*testing.T){
		"SIGKILL": func(t *testing.T) { s.Gate.Kill(); time.Sleep(time.Second); start(t) },
		"SIGTERM": func(t *testing.T) { s.Gate.Terminate(); start(t) },
		"SIGSTOP": func(*testing.T) { s.Gate.Stop(); time.Sleep(3 * leaseTTL); s.Gate.Continue() },
	} {
		t.Run(name, func(t *testing.T) {
			o, seen := s.whileTests(t, gated, func(caselog.Record) { do(t) })
			o.want(t, allPassed)
			if seen.Again > 0 {
				t.Errorf("%d cases were started again", seen.Again)
			}
		})
	}
}
