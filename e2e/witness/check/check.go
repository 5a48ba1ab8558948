// Package check proves from outside that cases kept to what their groups allow, whatever was done
// to them and to their runners. It knows nothing of how runners do that. It reads the log of the
// cases, what was done to them, and the reports of the runners.
package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// Group is what a group allows.
type Group struct {
	// Capacity is the number of units.
	Capacity int
	// Instances are their names, if they have names.
	Instances []string
	// Rate is how many uses may start in any Window; 0 means any number.
	Rate   int
	Window time.Duration
}

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
	// Loss is how long a holder's runner has to be stopped (SIGSTOP) until the holder may have
	// lost its groups, so that it no longer counts; 0 means never.
	Loss time.Duration
	// Faulty says whether every group could fail at any time, so that any case may be reported as
	// an infrastructure failure. Otherwise only cases whose group was broken or lost may be.
	Faulty bool
}

// Findings is what is wrong: sentences, each after the name of its check.
//
//   - runs: each runner that lived reports each of its cases once. The cases that
//     passed, and no others, have one start and one end. A case that was reported
//     bad was killed, or the infrastructure failed. A case that a fenced resource
//     has rejected did not pass.
//   - capacity: at no moment do cases use more of a group than its capacity.
//   - sharing: at no moment does a case share a group while another uses it exclusively.
//   - units: each unit has one user at a time, and each user as many as it needs.
//   - rate: in no window do more uses start than the rate allows.
//   - fences: of two uses that exclude each other, the later one has the larger
//     token. No two have the same token, except shared uses of one run.
//   - outlived: if groups cannot be lost by time, nothing of a case that was killed, or
//     whose runner was killed, continues beside the next one.
//   - losses: a case that loses its groups because lock files were replaced ends
//     within a second, and does not pass.
//   - hangs: each runner ends.
type Findings []string

func (f *Findings) add(check, format string, args ...any) {
	*f = append(*f, check+": "+fmt.Sprintf(format, args...))
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
		over := h.overlaps(uses)
		seen.Overlaps += len(over)
		if r.Loss == 0 {
			for _, u := range over {
				found.add("outlived", "%s: %s, or what it has started, goes on beside the next one", name, u)
			}
		}
		checkUnits(name, g, uses, &found)
		checkRate(name, g, uses, h, &found)
		checkFences(name, uses, &found)
	}
	slices.Sort(found)
	return seen, found
}

// names lists cases for a finding.
func names(uses []use) string {
	var all []string
	for _, u := range uses {
		all = append(all, u.String())
	}
	return strings.Join(all, ", ")
}
