package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/options"
	"github.com/interlock-build/rules_interlock/internal/planfile"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// planName is the file of the plan among the test's outputs.
const planName = "plan.json"

const askOnly = options.ArgPrefix + "plan=" + string(options.OnlyPlan)

// printPlan writes the plan to stdout, and runs nothing. It refuses if that would count as a
// passed test.
func printPlan(ctx context.Context, t task) error {
	if t.env.XMLOutput != "" {
		return fmt.Errorf("%s runs no case, and the test would pass without: under bazel test, use %splan=%s; "+
			"for the plan alone, use interlock plan %s", askOnly, options.ArgPrefix, options.WritePlan, t.manifest.Label)
	}
	t.record = newRecord(t) // nobody reads it
	f, workers, err := t.setUp()
	if err != nil {
		return err
	}
	defer stop(f)
	cases, _, err := listCases(ctx, t, f)
	if err != nil {
		return err
	}
	plan, err := planOf(t, cases, workers)
	if err != nil {
		return err
	}
	return plan.Write(t.p.stdout)
}

// writePlan writes the plan to the folder that Bazel keeps with the results.
func writePlan(t task, cases []schedule.Case, workers int) error {
	if t.env.Outputs == "" {
		return fmt.Errorf("%splan=%s: there is no folder for %s: TEST_UNDECLARED_OUTPUTS_DIR is not set; "+
			"start the test with bazel test, or print the plan with %s", options.ArgPrefix, options.WritePlan, planName, askOnly)
	}
	plan, err := planOf(t, cases, workers)
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(t.env.Outputs, planName))
	if err != nil {
		return err
	}
	return errors.Join(plan.Write(file), file.Close())
}

// planOf returns the plan of all shards. Outside of Bazel, that is the number of shards that the
// target has. Repeated cases count once.
func planOf(t task, cases []schedule.Case, workers int) (planfile.File, error) {
	m := t.manifest
	f := planfile.File{Label: m.Label, Shards: t.env.Shard.Total, Workers: workers, KeepTogether: string(m.KeepTogether)}
	if t.env.Shard.StatusFile == "" {
		f.Shards = m.Shards
	}
	for _, g := range m.Groups {
		planned := planfile.Group{Label: g.Label, Scope: g.Scope, Capacity: g.Capacity, Rate: g.Rate.String()}
		if g.Setup != nil {
			planned.Setup = manifest.DisplayPath(g.Setup.Program)
		}
		f.Groups = append(f.Groups, planned)
	}
	for _, c := range cases {
		planned := planfile.Case{
			Name: c.Name, Together: togetherBy(c, m.KeepTogether), Seconds: c.Takes.Seconds(), Serial: c.Serial,
		}
		for _, n := range c.Needs {
			planned.Needs = append(planned.Needs, planfile.Need{Group: n.Group, Weight: n.Weight, Mode: n.Mode.String()})
		}
		f.Cases = append(f.Cases, planned)
	}
	return planfile.Make(f)
}
