package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const flag = "--local_resources="

// flagsOfTarget is evaluated by cquery. The provider's name begins with that of
// our repository, which each consumer has its own for.
const flagsOfTarget = `"\n".join([` +
	`flag for name, info in (providers(target) or {}).items() ` +
	`if name.endswith("//rules/private:providers.bzl%LocalResourcesInfo") for flag in info.flags])`

// resources prints the flags for the tests that args name.
func resources(b bazel, args []string, stdout io.Writer) error {
	isFlag := func(arg string) bool { return strings.HasPrefix(arg, "--") }
	flags := slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return !isFlag(arg) })
	patterns := slices.DeleteFunc(slices.Clone(args), isFlag)
	if len(patterns) == 0 {
		patterns = []string{"//..."}
	}
	labels, err := b.query(queryOf(patterns))
	if err != nil || labels == "" {
		return err
	}
	// Only these are analysed: a target that is manual may be one that cannot be.
	output, err := b.cquery("set("+labels+")", flagsOfTarget, flags)
	if err != nil {
		return err
	}
	capacities, err := parseCapacities(output)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(capacities)) {
		fmt.Fprintf(stdout, "%s%s=%d\n", flag, name, capacities[name])
	}
	return nil
}

// queryOf is for the grouped tests of target patterns that are not manual. A
// "-" before a pattern takes its targets away, as elsewhere in Bazel.
func queryOf(patterns []string) string {
	var set strings.Builder
	for i, pattern := range patterns {
		name, minus := strings.CutPrefix(pattern, "-")
		switch {
		case minus:
			set.WriteString(" - ")
		case i > 0:
			set.WriteString(" + ")
		}
		set.WriteString(strconv.Quote(name))
	}
	return fmt.Sprintf(`let tests = kind("^grouped_test rule$", %s) in $tests - attr(tags, "[\[ ]manual[,\]]", $tests)`, set.String())
}

// parseCapacities reads flags, one a line. Where tests see different capacities
// of a group, which takes two exec platforms, the largest counts: Bazel must
// not keep back a test that could run.
func parseCapacities(output string) (map[string]int, error) {
	capacities := map[string]int{}
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		assignment, ok := strings.CutPrefix(line, flag)
		name, value, _ := strings.Cut(assignment, "=")
		capacity, err := strconv.Atoi(value)
		if !ok || err != nil {
			return nil, fmt.Errorf("bazel cquery: %q is not %sNAME=CAPACITY", line, flag)
		}
		capacities[name] = max(capacities[name], capacity)
	}
	return capacities, nil
}
