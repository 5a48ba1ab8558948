package cli

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const localResources = "--local_resources="

// flagsOfTarget is evaluated by cquery. The provider's name begins with the name of our
// repository, which is different for each consumer.
const flagsOfTarget = `"\n".join([` +
	`flag for name, info in (providers(target) or {}).items() ` +
	`if name.endswith("//rules/private/test:providers.bzl%LocalResourcesInfo") for flag in info.flags])`

// resources prints the flags for the tests that args name.
func resources(b bazel, args []string, stdout io.Writer) error {
	given, err := parseArguments(flag.NewFlagSet("resources", flag.ContinueOnError), args)
	if err != nil {
		return err
	}
	labels, err := b.query(queryOf(given.orAll()))
	if err != nil || labels == "" {
		return err
	}
	// Only these are analysed: a manual target may be one that cannot be.
	output, err := b.cquery("set("+labels+")", flagsOfTarget, given.flags)
	if err != nil {
		return err
	}
	capacities, err := parseCapacities(output)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(capacities)) {
		fmt.Fprintf(stdout, "%s%s=%d\n", localResources, name, capacities[name])
	}
	return nil
}

// parseCapacities reads flags, one a line. If tests see different capacities of a group, which
// takes two exec platforms, the largest counts: Bazel must not hold back a test that could run.
func parseCapacities(output string) (map[string]int, error) {
	capacities := map[string]int{}
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		assignment, ok := strings.CutPrefix(line, localResources)
		name, value, _ := strings.Cut(assignment, "=")
		capacity, err := strconv.Atoi(value)
		if !ok || err != nil {
			return nil, fmt.Errorf("bazel cquery: %q is not %sNAME=CAPACITY", line, localResources)
		}
		capacities[name] = max(capacities[name], capacity)
	}
	return capacities, nil
}
