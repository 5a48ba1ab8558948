package proofs

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/e2e/remote/cluster"
	"github.com/interlock-build/rules_interlock/e2e/remote/judge"
)

// size is how much of the proof of exclusion to run.
type size struct {
	suite         string
	targets, runs int
}

func proofSize() size {
	if testing.Short() {
		return size{"some", 4, 2}
	}
	return size{"", 10, 3}
}

func (s size) suiteOf(pkg string) string {
	if s.suite == "" {
		return "//" + pkg
	}
	return "//" + pkg + ":" + s.suite
}

// Groups keep cases on four workers to their capacity, their shared use and their rate, and each
// case runs once. The same without groups does not keep to them, so the log can show it.
func TestExclusion(t *testing.T) {
	s := newStage(t, cluster.Options{Machines: machines(4)})
	n := proofSize()
	t.Run("grouped", func(t *testing.T) {
		o := s.play(t, n.suiteOf("grouped"), fmt.Sprint("--runs_per_test=", n.runs))
		o.want(t, allPassed)
		seen := s.wantNothing(t, s.round(t, o, names("grouped", n.targets), n.runs))
		wantReached(t, seen, s.Workers)
		wantRemote(t, o)
	})
	t.Run("ungrouped", func(t *testing.T) {
		o := s.play(t, n.suiteOf("ungrouped"), fmt.Sprint("--runs_per_test=", n.runs))
		o.want(t, allPassed)
		r := s.round(t, o, names("ungrouped", n.targets), n.runs)
		r.Rejected = nil // the resource rejects what has no token
		_, found := judge.Check(r)
		for _, want := range []string{"capacity: db", "capacity: pool", "sharing: schema", "rate: api"} {
			if !slices.ContainsFunc(found, func(finding string) bool { return strings.HasPrefix(finding, want) }) {
				t.Errorf("no %q among what was found: %v", want, kinds(found))
			}
		}
		// "units": without groups, nobody is granted any.
		for _, kind := range kinds(found) {
			if !slices.Contains([]string{"capacity", "sharing", "rate", "units"}, kind) {
				t.Errorf("more than collisions was found: %v", found)
			}
		}
		t.Logf("%d violations", len(found))
	})
}

// wantReached fails the test if groups were not used up, or not by all workers: the log would then
// prove nothing.
func wantReached(t *testing.T, seen judge.Summary, workers []*cluster.Worker) {
	t.Helper()
	for name, g := range groups {
		if peak := seen.Peaks[name]; name != "api" && peak.Units != g.Capacity {
			t.Errorf("of %s, %d units of %d were used at once", name, peak.Units, g.Capacity)
		}
	}
	if seen.Peaks["schema"].Sharers < 2 || seen.Contended == 0 || seen.Workers != len(workers) {
		t.Errorf("too little happened: %+v", seen)
	}
}

// wantRemote fails the test if not all results are of the cluster.
func wantRemote(t *testing.T, o outcome) {
	t.Helper()
	for _, r := range o.results {
		if r.Strategy != "remote" {
			t.Errorf("%s ran %q, not remotely", r.Target, r.Strategy)
		}
	}
}
