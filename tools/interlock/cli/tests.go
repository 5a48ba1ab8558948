package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/manifest"
)

// test is a grouped test.
type test struct {
	// label is canonical.
	label string
	// args are its arguments, except those in which Bazel replaces something.
	args []string
	// timings is the canonical label of its timings; empty if it has none.
	timings string
}

// parseTests reads Bazel's rules, one a line, sorted by label.
func parseTests(output string) ([]test, error) {
	var tests []test
	for line := range strings.Lines(output) {
		var target struct {
			Rule struct {
				Name      string
				Attribute []struct {
					Name, StringValue   string
					StringListValue     []string
					ExplicitlySpecified bool
				}
			}
		}
		if err := json.Unmarshal([]byte(line), &target); err != nil {
			return nil, fmt.Errorf("bazel query: %q: %w", line, err)
		}
		t := test{label: target.Rule.Name}
		for _, a := range target.Rule.Attribute {
			switch {
			case a.Name == "args":
				t.args = slices.DeleteFunc(a.StringListValue, isReplaced)
			case a.Name == "timings" && a.ExplicitlySpecified && a.StringValue == "":
				return nil, fmt.Errorf("%s: timings is a select(): which file is to be written? Give it one", manifest.DisplayLabel(t.label))
			case a.Name == "timings":
				t.timings = a.StringValue
			}
		}
		tests = append(tests, t)
	}
	slices.SortFunc(tests, func(a, b test) int { return cmp.Compare(a.label, b.label) })
	return tests, nil
}

// isReplaced reports whether Bazel changes an argument: it expands variables and locations, and
// splits it as a shell does.
func isReplaced(arg string) bool { return arg == "" || strings.ContainsAny(arg, "$'\"\\ \t\n") }

// checkTimings reports all declared files that this command cannot write: it writes one file of
// the package, which targets of no other package declare.
func (b bazel) checkTimings(tests []test) error {
	var errs []error
	var files []string
	for _, t := range tests {
		switch {
		case !isLocal(t.timings):
			errs = append(errs, fmt.Errorf("%s: timings = %q is in another repository, where nothing is written from here: "+
				"run interlock timings there, or leave out this target with -%s", manifest.DisplayLabel(t.label), t.timings, manifest.DisplayLabel(t.label)))
		case packageOf(t.timings) != packageOf(t.label):
			errs = append(errs, fmt.Errorf("%s: timings = %q is outside of the target's package, and each package has a file of its own: "+
				`write timings = "timings.json"`, manifest.DisplayLabel(t.label), manifest.DisplayLabel(t.timings)))
		default:
			files = append(files, t.timings)
		}
	}
	if err := errors.Join(errs...); err != nil || len(files) == 0 {
		return err
	}
	kinds, err := b.kinds(files)
	if err != nil {
		return err
	}
	return checkKinds(kinds)
}

// checkKinds reports everything that is not a file of the source tree.
func checkKinds(kinds string) error {
	var errs []error
	for line := range strings.Lines(kinds) {
		line = strings.TrimSpace(line)
		label := line[strings.LastIndexByte(line, ' ')+1:]
		if kind := strings.TrimSuffix(line, " "+label); kind != "source file" {
			errs = append(errs, fmt.Errorf("%s: timings is a %s, so nobody can write it: "+
				`name a file of the source tree, such as timings = "timings.json"`, manifest.DisplayLabel(label), kind))
		}
	}
	return errors.Join(errs...)
}
