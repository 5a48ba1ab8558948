package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// report is what was found in a module.
type report struct {
	module   module
	packages []packageReport
	took     time.Duration
}

// packageReport is what was found in a package.
type packageReport struct {
	path            string
	tests, subtests int
	// found are the differences and where the runner has them.
	found map[difference][]setting
	// skipped says why the package was not tested.
	skipped string
	// problem is what the comparison failed of.
	problem error
}

// print writes a line about the module, and one about each thing that is not
// as it should be. It reports whether there was none.
func (r *report) print(w io.Writer, explained explanations, whole bool) (ok bool) {
	var lines []string
	var tested, tests, subtests, differences, accounted int
	ok = true
	bad := func(format string, args ...any) {
		ok = false
		lines = append(lines, fmt.Sprintf(format, args...))
	}
	for _, p := range r.packages {
		switch {
		case p.skipped != "":
			lines = append(lines, fmt.Sprintf("skipped: %s: %s", p.path, p.skipped))
			continue
		case p.problem != nil:
			bad("broken: %s: %v", p.path, p.problem)
			continue
		}
		tested, tests, subtests = tested+1, tests+p.tests, subtests+p.subtests
		for _, d := range sorted(p.found) {
			differences++
			if why := explained.explain(r.module.path, p.path, d); why != "" {
				accounted++
				lines = append(lines, fmt.Sprintf("explained: %s %s %s: %s", p.path, d.test, d.kind, why))
			} else {
				bad("DIFFERENT: %s %s %s: %s", p.path, d.test, d.kind, settingsOf(p.found[d]))
			}
		}
	}
	if tests == 0 {
		bad("nothing was compared")
	}
	if whole {
		for _, e := range explained.idle(r.module.path) {
			ok = ok && e.kind == unstable // which comes and goes
			lines = append(lines, "explains nothing: "+e.line)
		}
	}
	_, _ = fmt.Fprintf(w, "%-40s %3d packages %5d tests %6d subtests %3d differences, %d explained %6.0f s\n",
		r.module, tested, tests, subtests, differences, accounted, r.took.Seconds())
	for _, line := range lines {
		_, _ = fmt.Fprintf(w, "    %s\n", line)
	}
	return ok
}

func sorted(found map[difference][]setting) []difference {
	return slices.SortedFunc(maps.Keys(found), func(a, b difference) int {
		return cmp.Or(cmp.Compare(a.test, b.test), cmp.Compare(a.kind, b.kind))
	})
}

// settingsOf says where a difference shows.
func settingsOf(settings []setting) string {
	if len(settings) == 0 {
		return "two runs of go test differ"
	}
	var all []string
	for _, s := range settings {
		all = append(all, s.String())
	}
	return strings.Join(all, "; ")
}
