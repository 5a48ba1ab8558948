// Package check proves from outside that cases kept to what their groups allow, whatever was done
// to them and to their runners. It knows nothing of how runners do that. It reads the log of the
// cases, what was done to them, and the reports of the runners.
//
// Check checks all of that. Harnesses whose logs say less use its parts: Exclusion, Rate and
// Fences check the uses of one group, and Sweep replays what overlaps.
package check

import (
	"cmp"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// Round is everything to check.
type Round struct {
	// Groups are the groups, by name.
	Groups map[string]Group
	// Runs are the runs of runners.
	Runs []Run
	// Records is the log.
	Records []caselog.Record
	// Rejected are the cases, as RUN/CASE, that a fenced resource has rejected.
	Rejected map[string]bool
	// Failed are the cases, as RUN/CASE, that have failed by their own word: they have to be
	// reported as bad.
	Failed map[string]bool
	// Loss is how long a holder's runner has to be stopped (SIGSTOP) until the holder may have
	// lost its groups, so that it no longer counts; 0 means never.
	Loss time.Duration
	// Faulty says whether every group could fail at any time, so that any case may be reported as
	// an infrastructure failure. Otherwise only cases whose group was broken or lost may be.
	Faulty bool
}

// Summary is what was seen.
type Summary struct {
	// Cases is how many cases started, and Runs how many runners.
	Cases int `json:"cases"`
	Runs  int `json:"runs"`
	// Contended is how often a case started while a case of another runner used some of the same
	// group, or had just stopped using it.
	Contended int `json:"contended"`
	// Refused is how many cases were reported as infrastructure failures.
	Refused int `json:"refused"`
	// Orphans is how many cases did something after their runner was killed, and OrphanedFor the
	// longest time from the kill to the last thing that such a case did.
	Orphans     int           `json:"orphans"`
	OrphanedFor time.Duration `json:"orphaned_for"`
	// Overlaps is how many cases did something after another one had begun to use what they used,
	// although they or their runner were dead.
	Overlaps int `json:"overlaps"`
	// Lost is how many cases had a group whose lock files were replaced, and LostFor the longest
	// time that such a case then continued.
	Lost    int           `json:"lost"`
	LostFor time.Duration `json:"lost_for"`
}

// Add adds what was seen in another round.
func (s *Summary) Add(o Summary) {
	s.Cases += o.Cases
	s.Runs += o.Runs
	s.Contended += o.Contended
	s.Refused += o.Refused
	s.Orphans += o.Orphans
	s.Overlaps += o.Overlaps
	s.OrphanedFor = max(s.OrphanedFor, o.OrphanedFor)
	s.Lost += o.Lost
	s.LostFor = max(s.LostFor, o.LostFor)
}

// Check checks a round.
func Check(r Round) (Summary, Findings) {
	var found Findings
	slices.SortStableFunc(r.Records, func(a, b caselog.Record) int { return cmp.Compare(a.At, b.At) })
	h := newHistory(r, &found)
	seen := Summary{Runs: len(r.Runs), Cases: len(h.holdings)}
	seen.Orphans, seen.OrphanedFor = h.orphans()
	seen.Lost, seen.LostFor = checkLosses(h, &found)
	for _, run := range r.Runs {
		seen.Refused += checkRun(run, h, r, &found)
	}
	for name, g := range r.Groups {
		uses := h.usesOf(name)
		seen.Contended += contended(uses)
		over := h.overlaps(g, uses)
		seen.Overlaps += len(over)
		if r.Loss == 0 {
			for _, u := range over {
				found.Add("outlived", "%s: %s, or what it has started, goes on beside the next one", name, u.By)
			}
		}
		counted := counts(uses)
		found = slices.Concat(found, checkUnits(name, g, counted), Exclusion(name, g, counted), Fences(name, g, counted),
			Rate(name, g, counts(h.withoutPauses(g, uses))))
	}
	slices.Sort(found)
	return seen, found
}
