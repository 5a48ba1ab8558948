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
	idle := map[bool]time.Duration{}
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
		idle[s.direct] = idleIn(t, o)
	}
	t.Logf("executors were idle for %v without the gate, and for %v with it", idle[true], idle[false])
	if idle[false] > idle[true]/3 {
		t.Errorf("executors were idle for %v with the gate, and for %v without", idle[false], idle[true])
	}
}

var (
	suiteTime = regexp.MustCompile(`<testsuite [^>]*\btime="([0-9.]+)"`)
	caseTime  = regexp.MustCompile(`<testcase [^>]*\btime="([0-9.]+)"`)
)

// idleIn returns for how long runners had no case that ran: one of them runs one case at a time. It
// leaves out the group api, whose rate is kept on executors, whatever a gate does.
func idleIn(t *testing.T, o outcome) (sum time.Duration) {
	t.Helper()
	for _, r := range o.results {
		if r.Target != "//gated:t6_test" {
			sum += total(t, suiteTime, r.Report) - total(t, caseTime, r.Report)
		}
	}
	return sum
}

// total adds up the seconds that a pattern finds.
func total(t *testing.T, pattern *regexp.Regexp, report []byte) (sum time.Duration) {
	t.Helper()
	for _, match := range pattern.FindAllSubmatch(report, -1) {
		seconds, err := strconv.ParseFloat(string(match[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += time.Duration(seconds * float64(time.Second))
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
