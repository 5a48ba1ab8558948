package app

import (
	"path/filepath"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/planfile"
)

// newPlannedTarget returns a target with a group, timings and a serial case.
func newPlannedTarget(t *testing.T) *target {
	t.Helper()
	x := newGoTarget(t, faulty, "none", "2")
	x.manifest["shards"], x.manifest["serial"] = 3, []string{"TestBefore"}
	x.manifest["groups"] = []any{processGroup("@@//r:a", "TestF*")}
	x.manifest["timings"] = "_main/pkg/timings.json"
	x.write(timingsFile, `{"x_test": {"TestBefore": 60.29, "TestFault": 1, "TestAfter": 1}}`, 0o644)
	return x
}

func (x *target) planned(text string) map[string]planfile.Case {
	x.t.Helper()
	f, err := planfile.Parse([]byte(text))
	if err != nil {
		x.t.Fatalf("%v in %q", err, text)
	}
	if f.Label != "//pkg:x_test" || f.Workers != 2 || f.Shards != 3 || f.KeepTogether != "case" {
		x.t.Errorf("got %+v", f)
	}
	if len(f.Groups) != 1 || f.Groups[0].Label != "//r:a" || f.Groups[0].Scope != "process" || f.Groups[0].Cases == 0 {
		x.t.Errorf("the groups are %+v", f.Groups)
	}
	if f.Bound.Seconds != 60.29 || f.Bound.Why != "the case TestBefore" || f.Makespan < f.Bound.Seconds {
		x.t.Errorf("the bound is %+v, and the makespan %v", f.Bound, f.Makespan)
	}
	cases := map[string]planfile.Case{}
	for _, c := range f.Cases {
		cases[c.Name] = c
	}
	return cases
}

func TestThePlanIsPrintedAndNothingRuns(t *testing.T) {
	t.Parallel()
	x := newPlannedTarget(t)
	delete(x.vars, "XML_OUTPUT_FILE")
	r := x.run("--interlock-plan=only")
	r.wantExit(0)
	cases := x.planned(r.log.String())
	if len(cases) != len(allOfThem) {
		t.Errorf("%d cases are planned, want %d", len(cases), len(allOfThem))
	}
	if c := cases["TestBefore"]; c.Seconds != 60.29 || !c.Known || !c.Serial || len(c.Needs) != 0 {
		t.Errorf("got %+v", c)
	}
	if c := cases["TestFault"]; len(c.Needs) != 1 || c.Needs[0] != (planfile.Need{Group: "//r:a", Weight: 1, Mode: "exclusive"}) {
		t.Errorf("got %+v", c)
	}
}

// All shards have the same plan, and follow it.
func TestThePlanIsWrittenAndFollowed(t *testing.T) {
	t.Parallel()
	for index := range 3 {
		x := newPlannedTarget(t).sharded(index, 3)
		x.write("outputs/empty", "", 0o644)
		x.vars["TEST_UNDECLARED_OUTPUTS_DIR"] = filepath.Join(x.dir, "outputs")
		x.vars["INTERLOCK_PLAN"] = "write"
		x.run().wantExit(0)
		text, _ := x.read("outputs/plan.json")
		ran := x.outcomes()
		for name, c := range x.planned(text) {
			if _, did := ran[name]; did != (c.Shard == index) {
				t.Errorf("%s is planned for shard %d, and that it ran in %d is %v", name, c.Shard, index, did)
			}
		}
	}
}

func TestAPlanThatCannotBeHad(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]string{
		"--interlock-plan=only":  "--interlock-plan=only runs no case, and the test would pass without: under bazel test, use --interlock-plan=write",
		"--interlock-plan=write": "--interlock-plan=write: there is no folder for plan.json: TEST_UNDECLARED_OUTPUTS_DIR is not set",
		"--interlock-plan=maybe": `argument --interlock-plan: "maybe": want write or only`,
	} {
		x := newPlannedTarget(t)
		x.run(arg).wantExit(78)
		x.wantError("config", want)
	}
}
