package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// scopes are the columns of the table.
var scopes = []string{"build", "host", "cluster"}

// checks are the names of findings, by their meaning.
var checks = []struct {
	title string
	names []string
}{
	{"violations of exclusion, units, rates and tokens", []string{"capacity", "sharing", "units", "rate", "fences", "resource"}},
	{"cases lost, reported twice or reported falsely", []string{"runs"}},
	{"cases that outlived what they held", []string{"outlived", "losses"}},
	{"runners that hung", []string{"hangs"}},
}

// table returns, as Markdown, how many faults of each kind were done, and the results.
func (s *state) table() string {
	text := &strings.Builder{}
	s.head(text, "faults")
	all := map[string]bool{}
	for _, t := range s.Scopes {
		for kind := range t.Faults {
			all[kind] = true
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		s.row(text, kind, func(t *tally) int { return t.Faults[kind] })
	}
	s.row(text, "**all**", func(t *tally) int {
		sum := 0
		for _, n := range t.Faults {
			sum += n
		}
		return sum
	})
	text.WriteByte('\n')
	s.head(text, "what was seen")
	s.row(text, "minutes", func(t *tally) int { return int(t.Took.Round(time.Minute) / time.Minute) })
	s.row(text, "rounds", func(t *tally) int { return t.Rounds })
	s.row(text, "runners", func(t *tally) int { return t.Runs })
	s.row(text, "cases", func(t *tally) int { return t.Cases })
	s.row(text, "uses that followed on another runner's", func(t *tally) int { return t.Contended })
	s.row(text, "cases refused as infrastructure failures", func(t *tally) int { return t.Refused })
	s.row(text, "writes rejected by the fenced resource", func(t *tally) int { return t.Rejected })
	s.row(text, "cases that outlived their killed runner", func(t *tally) int { return t.Orphans })
	s.row(text, "cases whose lock files were written again", func(t *tally) int { return t.Lost })
	s.row(text, "dead cases that went on beside the next holder", func(t *tally) int { return t.Overlaps })
	for _, c := range checks {
		s.row(text, "**"+c.title+"**", func(t *tally) int {
			sum := 0
			for _, name := range c.names {
				sum += t.Findings[name]
			}
			return sum
		})
	}
	fmt.Fprintf(text, "\n%s. The longest that a case went on after its runner was killed: %s, and after its lock files were written again: %s.\n",
		s.Listed(), s.longest(func(t *tally) time.Duration { return t.OrphanedFor }), s.longest(func(t *tally) time.Duration { return t.LostFor }))
	return text.String()
}

func (s *state) head(text *strings.Builder, title string) {
	fmt.Fprintf(text, "| %s | %s | all |\n|---|%s\n", title, strings.Join(scopes, " | "), strings.Repeat("---:|", len(scopes)+1))
}

func (s *state) row(text *strings.Builder, title string, number func(*tally) int) {
	fmt.Fprintf(text, "| %s |", title)
	sum := 0
	for _, scope := range scopes {
		n := 0
		if t := s.Scopes[scope]; t != nil {
			n = number(t)
		}
		sum += n
		fmt.Fprintf(text, " %d |", n)
	}
	fmt.Fprintf(text, " %d |\n", sum)
}

func (s *state) longest(of func(*tally) time.Duration) time.Duration {
	longest := time.Duration(0)
	for _, t := range s.Scopes {
		longest = max(longest, of(t))
	}
	return longest.Round(100 * time.Microsecond)
}
