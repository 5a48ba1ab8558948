package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
)

// checks are the names of findings, by their meaning.
var checkTitles = []struct {
	title string
	names []string
}{
	{"violations of exclusion and units", []string{"capacity", "sharing", "units"}},
	{"runners that met on an instance", []string{"together"}},
	{"cases on an instance that was not reset", []string{"reset"}},
	{"cases lost, reported twice or reported falsely", []string{"runs", "words"}},
	{"cases that outlived what they held", []string{"outlived", "losses"}},
	{"processes, folders and links that were left", []string{"left"}},
	{"runners, keepers and commands that hung or failed", []string{"hangs", "commands"}},
}

// table returns, as Markdown, how many faults of each kind were done, and the results.
func (s *state) table() string {
	text := &strings.Builder{}
	row := func(title string, n int) { fmt.Fprintf(text, "| %s | %d |\n", title, n) }
	text.WriteString("| faults | |\n|---|---:|\n")
	for _, kind := range slices.Sorted(maps.Keys(s.Faults)) {
		row(kind, s.Faults[kind])
	}
	row("**all**", campaign.Sum(s.Faults))
	text.WriteString("\n| what was seen | |\n|---|---:|\n")
	rounds, took := s.Done()
	row("minutes", int(took.Round(time.Minute)/time.Minute))
	row("rounds", rounds)
	row("runners", s.Seen.Runners)
	row("cases", s.Seen.Cases)
	row("uses that followed on another runner's", s.Seen.Contended)
	row("setups, of keepers and runners", s.Seen.Setups)
	row("setups of keepers", s.Seen.Kept)
	row("instances that went from one runner to another", s.Seen.Handovers)
	row("health checks", s.Seen.Checks)
	row("resets", s.Seen.Resets)
	row("cases that failed by their own word, on a dead server", s.Seen.Failed)
	row("cases refused as infrastructure failures", s.Seen.Refused)
	row("cases that outlived their killed runner", s.Seen.Orphans)
	for _, c := range checkTitles {
		n := 0
		for _, name := range c.names {
			n += s.Findings[name]
		}
		row("**"+c.title+"**", n)
	}
	fmt.Fprintf(text, "\n%s.\n", s.Listed())
	return text.String()
}
