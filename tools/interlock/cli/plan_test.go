package cli

import (
	"encoding/json"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/planfile"
)

// planned is a plan with something of everything.
func planned() planfile.File {
	f := plain("TestExport", "TestImport", "TestList", "TestMigrate", "TestQuery", "TestReport")
	f.Groups = []planfile.Group{
		{Label: "//:db", Scope: "build", Capacity: 2, Setup: "//:start_db"},
		{Label: "//:llm", Scope: "cluster", Capacity: 4, Rate: "1/20s"},
		{Label: "//:port", Scope: "process", Capacity: 1},
	}
	f.Cases[2].Needs = []planfile.Need{{Group: "//:llm", Weight: 1, Mode: "exclusive"}}
	f.Cases[5].Needs = []planfile.Need{{Group: "//:llm", Weight: 1, Mode: "exclusive"}}
	f.Cases[0].Seconds, f.Cases[1].Seconds, f.Cases[2].Seconds = 12, 0.5, 3.25
	f.Cases[1].Serial = true
	f.Cases[0].Needs = []planfile.Need{{Group: "//:db", Weight: 2, Mode: "exclusive"}, {Group: "//:port", Weight: 1, Mode: "exclusive"}}
	f.Cases[3].Needs = []planfile.Need{{Group: "//:db", Weight: 1, Mode: "shared"}}
	f.Cases[4].Needs = []planfile.Need{{Group: "//:port", Weight: 1, Mode: "exclusive"}}
	return f
}

func TestPlan(t *testing.T) {
	w := newWorkspace(t)
	w.add("x_test", "", planned())
	stdout, _ := w.run(0, "plan", "--config=ci", "//a:x_test")
	wantText(t, stdout, `//a:x_test: 6 cases, 3 with a known time, on 2 shards with 1 worker each

group    capacity  scope    cases  chain
//:db    2         build    2      15.2 s
//:llm   4, 1/20s  cluster  2      23.2 s
//:port  1         process  2      15.2 s

//:db is started by //:start_db. While others wait, a test keeps what it has started for 5 times as long as that
took, and for 15s at most.

shard  cases  work
0      3      18.5 s
1      3      7.0 s

longest cases  time     shard  groups
TestExport     12.0 s   0      //:db=2 //:port
TestList       3.2 s    1      //:llm
TestMigrate    3.2 s ?  0      //:db=shared
TestQuery      3.2 s ?  0      //:port
TestReport     3.2 s ?  1      //:llm

bound:    23.2 s (the group //:llm)
expected: 23.2 s, the bound

? is a time that is not known: the median of those that are, or else 1 s. To collect times, run the test, and see: interlock timings
`)
}

// Cases take what they took when they last ran. They are divided by what the test knows.
func TestPlanFromTheLastRun(t *testing.T) {
	w := newWorkspace(t)
	w.add("x_test", "", sixCases)
	w.ran("testlogs/a/x_test/test.xml", sixTimes())
	stdout, _ := w.run(0, "plan", "//a:x_test")
	wantText(t, stdout, `//a:x_test: 6 cases, 6 with a known time, on 2 shards with 1 worker each

shard  cases  work
0      3      10.1 s
1      3      0.300 s

longest cases  time       shard  groups
TestC          5.0 s *    0      -
TestE          5.0 s *    0      -
TestA          0.100 s *  0      -
TestB          0.100 s *  1      -
TestD          0.100 s *  1      -

bound:    5.2 s (all cases on 2 workers)
expected: 10.1 s, 94 % above the bound

* is what it took in its last runs (bazel-testlogs). To divide and order the cases by that, see: interlock timings
`)
}

func TestPlanWhereThereIsLittle(t *testing.T) {
	w := newWorkspace(t)
	f := plain()
	f.Shards, f.Workers = 1, 0
	w.add("x_test", "", f)
	stdout, _ := w.run(0, "plan", "a:x_test")
	wantText(t, stdout, `//a:x_test: 0 cases, 0 with a known time, on 1 shard, in order

shard  cases  work
0      0      0.000 s

bound:    0.000 s (there is nothing to do)
expected: 0.000 s
`)
}

func TestPlanAsJSON(t *testing.T) {
	w := newWorkspace(t)
	w.add("x_test", "", planned())
	stdout, _ := w.run(0, "plan", "--json", "//a:x_test")
	var f planfile.File
	if err := json.Unmarshal([]byte(stdout), &f); err != nil || f.Label != "//a:x_test" || len(f.Cases) != 6 {
		t.Errorf("%v in %s", err, stdout)
	}
}

func TestPlanFailures(t *testing.T) {
	for name, c := range map[string]struct {
		args   []string
		change func(w *workspace)
		code   int
		want   string
	}{
		"no target":   {nil, nil, 2, "plan takes one TARGET, and got 0\nhint: interlock plan --help\n"},
		"two targets": {[]string{"//a:x_test", "//a:y_test"}, nil, 2, "plan takes one TARGET, and got 2\nhint: interlock plan --help\n"},
		"no grouped test": {
			[]string{"//a:lib"},
			func(w *workspace) { w.write("rules", "") }, 1,
			"//a:lib is not a grouped_test, so nothing plans its cases. A go_test is one if it has resource_groups, " +
				"workers, serial, keep_together, timings, case_timeout, retries, leaks, or a tag that means the same; " +
				"what yours is says: bazel query --output=label_kind //a:lib",
		},
		"a pattern of several": {
			[]string{"//a/..."},
			func(w *workspace) { w.declare("y_test", "") }, 1,
			"//a/... matches 2 tests, and plan takes one: //a:x_test, //a:y_test",
		},
		"Bazel's answer is none": {
			[]string{"//a:x_test"}, func(w *workspace) { w.write("rules", "hello\n") }, 1, `bazel query: "hello\n": `,
		},
		"Bazel does not build it": {
			[]string{"//a:x_test"}, func(w *workspace) { w.write("fail", "build") }, 1, "bazel build: exit status 7",
		},
		"no executable": {
			[]string{"//a:x_test"}, func(w *workspace) { w.write("executables", "") }, 1, "bazel cquery: no executable of //a:x_test",
		},
		"an executable that is none": {
			[]string{"//a:x_test"}, func(w *workspace) { w.write("executables", "hello\n") }, 1, `bazel cquery: "hello\n": `,
		},
		"no folders": {
			[]string{"//a:x_test"}, func(w *workspace) { w.write("info", "workspace: /w\n") }, 1, "bazel info: no bazel-testlogs in ",
		},
		"no runfiles": {
			[]string{"//a:z_test"}, func(w *workspace) {
				w.write("rules", "")
				w.declare("z_test", "")
			}, 1, "//a:z_test: no runfiles, which its runner needs to list the cases (",
		},
		"the runner fails": {
			[]string{"//a:x_test"},
			func(w *workspace) { w.runner("x_test", "echo no lists; echo today >&2; exit 78") }, 1,
			"//a:x_test: its runner has no plan: exit status 78:\nno lists\ntoday",
		},
		"the runner has another format": {
			[]string{"//a:x_test"},
			func(w *workspace) { w.runner("x_test", `echo '{"version": 9}'`) }, 1,
			"//a:x_test: plan: version 9, but this command reads version 2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.add("x_test", "", planned())
			if c.change != nil {
				c.change(w)
			}
			stdout, stderr := w.run(c.code, append([]string{"plan"}, c.args...)...)
			wantPart(t, stderr, c.want)
			wantText(t, stdout, "")
		})
	}
}
