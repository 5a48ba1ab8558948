package cli

import (
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/planfile"
	"github.com/interlock-build/rules_interlock/tools/interlock/command"
)

// printPlan prints the plan of the one test that args name.
func printPlan(b bazel, args []string, stdout io.Writer) error {
	own := flag.NewFlagSet("plan", flag.ContinueOnError)
	asJSON := own.Bool("json", false, "")
	given, err := parseArguments(own, args)
	if err != nil {
		return err
	}
	if len(given.patterns) != 1 {
		return fmt.Errorf("%w: plan takes one TARGET, and got %d", command.ErrUsage, len(given.patterns))
	}
	f, err := b.planOf(given.patterns[0], given.flags)
	if err != nil {
		return err
	}
	if *asJSON {
		return f.Write(stdout)
	}
	return explain(f, stdout)
}

func (b bazel) planOf(target string, flags []string) (planfile.File, error) {
	t, err := b.groupedTest(target)
	if err != nil {
		return planfile.File{}, err
	}
	runners, err := b.runners([]test{t}, flags)
	if err != nil {
		return planfile.File{}, err
	}
	info, err := b.info(flags, "bazel-testlogs", "execution_root")
	if err != nil {
		return planfile.File{}, err
	}
	f, err := runners[t.label].plan(info["execution_root"])
	if err != nil {
		return planfile.File{}, err
	}
	ran, err := runsOf(t.label, []string{info["bazel-testlogs"]})
	if err != nil {
		return planfile.File{}, err
	}
	return planfile.Measured(f, ran.of(f).typical())
}

// groupedTest returns the one test that target means.
func (b bazel) groupedTest(target string) (test, error) {
	output, err := b.rules(fmt.Sprintf(`kind("^(go_)?grouped_test rule$", %s)`, strconv.Quote(target)), "args")
	if err != nil {
		return test{}, err
	}
	tests, err := parseTests(output)
	switch {
	case err != nil:
		return test{}, err
	case len(tests) == 0:
		return test{}, fmt.Errorf("%s is not a grouped_test, so nothing plans its cases. A go_test is one if it has resource_groups, "+
			"workers, serial, keep_together, timings, case_timeout, retries, leaks, or a tag that means the same; "+
			"what yours is says: bazel query --output=label_kind %s", target, target)
	case len(tests) > 1:
		var labels []string
		for _, t := range tests {
			labels = append(labels, manifest.DisplayLabel(t.label))
		}
		return test{}, fmt.Errorf("%s matches %d tests, and plan takes one: %s", target, len(tests), strings.Join(labels, ", "))
	}
	return tests[0], nil
}
