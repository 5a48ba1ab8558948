package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
	"github.com/interlock-build/rules_interlock/e2e/services/suites"
)

// comparison compares the runs of a suite, and prints each as it comes.
type comparison struct {
	suite     suites.Suite
	explained outcomes.Explanations
	out       io.Writer
	plain     []suites.Result
	// bad counts what is not as it should be.
	bad int
}

// serial is how long the suite takes plainly: the shortest time.
func (c *comparison) serial() time.Duration {
	return slices.MinFunc(c.plain, func(a, b suites.Result) int { return int(a.Took - b.Took) }).Took
}

// bound is how long it takes at least on all servers.
func (c *comparison) bound() time.Duration { return c.serial() / suites.Capacity }

func (c *comparison) addPlain(r suites.Result) {
	c.plain = append(c.plain, r)
	if len(c.plain) == 1 {
		c.say("%s, with %s: %s", c.suite, c.suite.Server().Name, counted(r))
	}
	c.say("  %-30s %6.1f s  %s", "plain, serial", r.Took.Seconds(), outcomesOf(r))
	for _, part := range partsOf(c.plain[0], r) {
		c.report(part, outcomes.SelfDifferences(c.plain[0].Parts[part], r.Parts[part]), "two plain runs")
	}
}

func (c *comparison) addBazel(way string, r suites.Result) {
	c.say("  %-30s %6.1f s  %s; %.2f × plain, %.2f × the bound of %.1f s", way, r.Took.Seconds(), outcomesOf(r),
		r.Took.Seconds()/c.serial().Seconds(), r.Took.Seconds()/c.bound().Seconds(), c.bound().Seconds())
	c.say("  %-30s %d set-ups, %d resets; %d uses of %d servers, %d at once, %d after another target", "",
		r.SetUps, r.Resets, r.Uses.Count, r.Uses.Servers, r.Uses.Most, r.Uses.Contended)
	for _, finding := range r.Uses.Findings {
		c.complain("%s: %s", way, finding)
	}
	if r.Uses.Count == 0 {
		c.complain("%s: no test has used a server", way)
	}
	first, second := c.plain[0], c.plain[len(c.plain)-1]
	for _, part := range partsOf(first, r) {
		c.report(part, outcomes.Compare(first.Parts[part], second.Parts[part], r.Parts[part]), way)
	}
}

// report prints the differences in a part that are not explained.
func (c *comparison) report(part string, differences []outcomes.Difference, where string) {
	for _, d := range differences {
		if !c.explained.Explain(c.suite.Name(), part, d) {
			c.complain("DIFFERENT: %s %s %s: %s", part, d.Test, d.Kind, where)
		}
	}
}

// end prints the explanations that were needed.
func (c *comparison) end() {
	for _, e := range c.explained.Of(c.suite.Name()) {
		if e.Count > 0 {
			c.say("  explained: %s (%d): %s", e.Line, e.Count, e.Why)
		}
	}
	c.say("  %d wrong", c.bad)
}

func (c *comparison) complain(format string, args ...any) {
	c.bad++
	c.say("  "+format, args...)
}

func (c *comparison) say(format string, args ...any) {
	_, _ = fmt.Fprintf(c.out, format+"\n", args...)
}

// partsOf returns the parts of two results.
func partsOf(a, b suites.Result) []string {
	all := map[string]bool{}
	for part := range a.Parts {
		all[part] = true
	}
	for part := range b.Parts {
		all[part] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// counted says how many tests there are.
func counted(r suites.Result) string {
	var tests, subtests int
	for _, results := range r.Parts {
		t, s := results.Count()
		tests, subtests = tests+t, subtests+s
	}
	return fmt.Sprintf("%d parts, %d tests, %d subtests", len(r.Parts), tests, subtests)
}

// outcomesOf counts outcomes of tests and subtests.
func outcomesOf(r suites.Result) string {
	counts := map[string]int{}
	for _, results := range r.Parts {
		for test := range results {
			if test != outcomes.WholePackage {
				counts[results.Of(test)]++
			}
		}
	}
	text := ""
	for _, outcome := range slices.Sorted(maps.Keys(counts)) {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%d %s", counts[outcome], outcome)
	}
	return text
}
