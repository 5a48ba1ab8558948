package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// difference is a difference between plain pytest and the runner.
type difference struct {
	way way
	// what describes it.
	what string
	// why is the reason of the rule that explains it; "" if none does.
	why string
}

func (d difference) String() string { return d.way.String() + ": " + d.what }

// finding is a difference to compare with the rules.
type finding struct {
	suite       suite
	plain, ours result
	// key identifies a case, want is its outcome under plain pytest, and got its outcome under
	// the runner.
	key       key
	want, got outcome
}

// compare returns all differences of a run. A difference without rules is never explained: above
// all, plain pytest that is red if the runner is green.
func compare(g generated, plain, ours result) (all []difference) {
	add := func(why, format string, args ...any) {
		all = append(all, difference{ours.way, fmt.Sprintf(format, args...), why})
	}
	f := finding{suite: g.suite, plain: plain, ours: ours}
	switch {
	case !plain.green() && ours.green():
		add("", "plain pytest is red (%v), the runner green", plain.codes)
	case plain.green() && !ours.green():
		add(explain(verdictRules, f), "plain pytest is green, the runner red (%v)", ours.codes)
	}
	if ours.timedOut {
		add("", "the runner does not end")
	}
	if !plain.timedOut && slices.Contains(ours.codes, timeIsUp) {
		add("", "the runner's time is up, and plain pytest takes %.1f s", plain.took.Seconds())
	}
	for _, text := range g.says {
		if strings.Contains(plain.log, text) && !strings.Contains(ours.log, text) {
			add(explain(textRules, f), "the log has no %q", text)
		}
	}
	if ours.report == nil {
		add("", "the runner writes no test.xml")
		return all
	}
	for _, k := range ours.report.twice {
		f.key = k
		add(explain(twiceRules, f), "%s is in test.xml several times", k)
	}
	if plain.report == nil {
		add(noReport, "plain pytest writes no report")
		return all
	}
	for _, f := range f.cases() {
		add(explain(caseRules, f), "%s: %s under plain pytest, %s under the runner", f.key, f.want, f.got)
	}
	return all
}

// timeIsUp is the runner's exit code if it has stopped the tests.
const timeIsUp = 124

// cases returns the cases whose outcomes are not the same.
func (f finding) cases() (all []finding) {
	keys := maps.Clone(f.plain.report.cases)
	maps.Copy(keys, f.ours.report.cases)
	for _, k := range slices.SortedFunc(maps.Keys(keys), func(a, b key) int { return strings.Compare(a.String(), b.String()) }) {
		one := f
		one.key, one.want, one.got = k, f.plain.report.of(k), f.ours.report.of(k)
		if one.want != one.got {
			all = append(all, one)
		}
	}
	return all
}

// explain returns the reason of the first rule for a difference; "" if there is none.
func explain(rules []rule, f finding) string {
	for _, r := range rules {
		if r.holds(f) {
			return r.why
		}
	}
	return ""
}
