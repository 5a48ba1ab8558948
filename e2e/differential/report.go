package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// report is what was found in a target.
type report struct {
	// target is its name in explanations, and title its name for people.
	target, title string
	// parts is the word for packages.
	parts    string
	packages []packageReport
	took     time.Duration
}

// packageReport is what was found in a package, or with a pytest.
type packageReport struct {
	path            string
	tests, subtests int
	// found are the differences and the settings of the runner that have them.
	found map[outcomes.Difference][]setting
	// skipped says why the package was not tested.
	skipped string
	// problem is why the comparison failed.
	problem error
}

// hasAll reports whether another setting had all these differences.
func (p *packageReport) hasAll(found []outcomes.Difference) bool {
	for _, d := range found {
		if len(p.found[d]) == 0 {
			return false
		}
	}
	return true
}

// add notes the differences with a setting.
func (p *packageReport) add(s setting, found []outcomes.Difference) {
	for _, d := range found {
		p.found[d] = append(p.found[d], s)
	}
}

// print writes a line about the target, and one about each thing that is not as it should be, or
// is explained. It reports whether the target is as it should be. If whole is set, each
// explanation must have been used.
func (r *report) print(w io.Writer, explained outcomes.Explanations, whole bool) (ok bool) {
	var lines []string
	var tested, tests, subtests, differences, bad int
	for _, p := range r.packages {
		switch {
		case p.skipped != "":
			lines = append(lines, fmt.Sprintf("skipped: %s: %s", p.path, p.skipped))
			continue
		case p.problem != nil:
			bad++
			lines = append(lines, fmt.Sprintf("BROKEN: %s: %v", p.path, p.problem))
			continue
		}
		tested, tests, subtests = tested+1, tests+p.tests, subtests+p.subtests
		unexplained := p.unexplained(r.target, explained)
		differences += len(p.found)
		bad += len(unexplained)
		lines = append(lines, unexplained...)
	}
	if tests == 0 {
		bad++
		lines = append(lines, "BROKEN: nothing was compared")
	}
	for _, e := range explained.Of(r.target) {
		switch {
		case e.Count > 0:
			lines = append(lines, fmt.Sprintf("explained: %s (%d): %s", e.Line, e.Count, e.Why))
		case whole:
			lines = append(lines, "explains nothing: "+e.Line)
		}
	}
	_, _ = fmt.Fprintf(w, "%-40s %3d %-8s %5d tests %6d subtests %3d differences, %d unexplained %6.0f s\n",
		r.title, tested, r.parts, tests, subtests, differences, bad, r.took.Seconds())
	for _, line := range lines {
		_, _ = fmt.Fprintf(w, "    %s\n", line)
	}
	return bad == 0
}

// unexplained returns lines about the differences that have no explanation.
func (p packageReport) unexplained(target string, explained outcomes.Explanations) []string {
	var lines []string
	for _, d := range sorted(p.found) {
		if !explained.Explain(target, p.path, d) {
			lines = append(lines, fmt.Sprintf("DIFFERENT: %s %s %s: %s", p.path, d.Test, d.Kind, settingsOf(p.found[d])))
		}
	}
	return lines
}

func sorted(found map[outcomes.Difference][]setting) []outcomes.Difference {
	return slices.SortedFunc(maps.Keys(found), func(a, b outcomes.Difference) int {
		return cmp.Or(cmp.Compare(a.Test, b.Test), cmp.Compare(a.Kind, b.Kind))
	})
}

// settingsOf lists the settings with a difference.
func settingsOf(settings []setting) string {
	if len(settings) == 0 {
		return "two runs without the runner differ"
	}
	var all []string
	for _, s := range settings {
		all = append(all, s.String())
	}
	return "shards×workers " + strings.Join(all, " ")
}
