package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// sixCases are cases of which, as long as no duration is known, the third and the fifth are in
// the same shard.
var sixCases = plain("TestA", "TestB", "TestC", "TestD", "TestE", "TestF")

// sixTimes returns the durations of the cases, and of names that are not cases.
func sixTimes() map[string]float64 {
	return map[string]float64{
		"TestA": 0.1, "TestB": 0.1, "TestC": 5, "TestD": 0.1, "TestE": 5, "TestE/part": 9, "TestF": 0.1, "TestGone": 9,
	}
}

const sixWritten = `    "TestA": 0.1,
    "TestB": 0.1,
    "TestC": 5,
    "TestD": 0.1,
    "TestE": 5,
    "TestF": 0.1
`

func TestTimings(t *testing.T) {
	w := newWorkspace(t)
	w.add("x_test", "@@//a:timings.json", sixCases)
	w.add("y_test", "@@//a:timings.json", sixCases)
	w.add("untimed_test", "", sixCases)
	w.write("a/timings.json", `{"zz_test": {"TestZ": 1}, "x_test": {"TestGone": 7, "TestA": 9}}`)
	w.ran("testlogs/a/x_test/test.xml", sixTimes())
	stdout, _ := w.run(0, "timings")
	wantText(t, stdout, `//a:y_test: no case of it has passed: kept; run it first: bazel test //a:y_test
//a:x_test: 10.1 s -> 5.2 s expected: written
1 test without timings; to collect them, add to the target: timings = "timings.json"
`)
	wantText(t, w.read("query"), "set(@@//a:timings.json\n@@//a:timings.json)")
	wantText(t, w.read("a/timings.json"), "{\n  \"x_test\": {\n"+sixWritten+"  },\n  \"zz_test\": {\n    \"TestZ\": 1\n  }\n}\n")
}

// Results of shards, runs and other folders count. Attempts that Bazel repeated do not, nor does
// a package in the test's folder.
func TestWhereTimesComeFrom(t *testing.T) {
	w := newWorkspace(t)
	for i, path := range []string{
		"test.xml", "shard_1_of_2/test.xml", "run_2_of_3/test.xml", "shard_2_of_2_run_1_of_3/test.xml",
		"test_attempts/attempt_1.xml", "test_attempts/test.xml", "y_test/test.xml",
	} {
		w.ran("testlogs/a/x_test/"+path, map[string]float64{"TestA": float64(i + 1), "TestB!": 1, "TestC-": 2})
	}
	w.ran("elsewhere/a/x_test/test.xml", map[string]float64{"TestA": 50})
	w.ran("elsewhere/a/y_test/test.xml", map[string]float64{"TestA": 60})
	found, err := runsOf("@@//a:x_test", []string{filepath.Join(w.dir, "testlogs"), filepath.Join(w.dir, "elsewhere")})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, string(got), `{"TestA":[3,2,4,1,50]}`)
}

// A case of pytest has its node ID as a property.
func TestCasesThatTestXMLCallsOtherwise(t *testing.T) {
	w := newWorkspace(t)
	w.write("testlogs/a/x_test/test.xml", `<testsuites><testsuite name="pytest"><testcase name="test_a" classname="test_x" time="2.5">`+
		`<properties><property name="interlock.case" value="test_x.py::test_a"/></properties></testcase></testsuite></testsuites>`)
	found, err := runsOf("@@//a:x_test", []string{filepath.Join(w.dir, "testlogs")})
	if err != nil || !slices.Equal(found["test_x.py::test_a"], []float64{2.5}) || len(found) != 1 {
		t.Errorf("got %v, %v", found, err)
	}
}

func TestRunsOfCases(t *testing.T) {
	found := runs{
		"TestA": {1}, "TestA #1": {2}, "TestA #12": {3}, "TestA #1 #2": {4}, "TestA/part": {5}, "TestA/part #1": {6},
		"TestB #1": {7}, "TestB #1 #2": {8},
	}
	got := found.of(plain("TestA", "TestA #1", "TestB #1", "TestC"))
	for name, want := range (runs{"TestA": {1, 3}, "TestA #1": {2, 4}, "TestB #1": {7, 8}, "TestC": nil}) {
		slices.Sort(got[name])
		if !slices.Equal(got[name], want) {
			t.Errorf("%s: got %v, want %v", name, got[name], want)
		}
	}
}

func TestFoldersOfOthers(t *testing.T) {
	w := newWorkspace(t)
	w.add("x_test", "@@//a:timings.json", sixCases)
	w.write("a/timings.json", "{}")
	w.ran("ci/a/x_test/test.xml", sixTimes())
	stdout, _ := w.run(0, "timings", "--from", "ci", "--from="+filepath.Join(w.dir, "ci"), "--config=ci", "//a/...")
	wantPart(t, stdout, "//a:x_test: 10.1 s -> 5.2 s expected: written\n")
	calls := w.read("calls")
	wantPart(t, calls, `"//a/..."`)
	wantPart(t, calls, "build --config=ci --target_pattern_file=")
	wantPart(t, calls, "info --noshow_progress --ui_event_filters=-info --config=ci bazel-testlogs execution_root workspace\n")
}

// A refresh invalidates cached results, so timings with little gain are kept, and so is the whole
// file.
func TestTimingsThatGainLittleAreKept(t *testing.T) {
	w := newWorkspace(t)
	f := plain("TestA", "TestB", "TestC", "TestD")
	for i := range f.Cases {
		f.Cases[i].Seconds = float64(i + 1)
	}
	const before = `{"x_test": {"TestA": 1}}`
	w.add("x_test", "@@//a:timings.json", f)
	w.write("a/timings.json", before)
	w.ran("testlogs/a/x_test/test.xml", map[string]float64{"TestA": 1.1, "TestB": 2.1, "TestC": 3.1, "TestD": 4.1})
	stdout, _ := w.run(0, "timings")
	wantText(t, stdout, "//a:x_test: 5.2 s -> 5.2 s expected: kept, since that saves less than 5 %; --force writes them\n")
	wantText(t, w.read("a/timings.json"), before)
	stdout, _ = w.run(0, "timings", "--force")
	wantText(t, stdout, "//a:x_test: 5.2 s -> 5.2 s expected: written\n")
	wantPart(t, w.read("a/timings.json"), `"TestB": 2.1`)
}

// A case that has not run keeps its time, when its target's are written.
func TestTimesOfCasesThatHaveNotRun(t *testing.T) {
	w := newWorkspace(t)
	f := plain("TestA", "TestB", "TestC", "TestD", "TestE", "TestF")
	f.Cases[3].Seconds = 0.2
	w.add("x_test", "@@//a:timings.json", f)
	w.write("a/timings.json", `{}`)
	times := sixTimes()
	delete(times, "TestD")
	delete(times, "TestF")
	w.ran("testlogs/a/x_test/test.xml", times)
	w.run(0, "timings")
	wantPart(t, w.read("a/timings.json"), "    \"TestC\": 5,\n    \"TestD\": 0.2,\n    \"TestE\": 5\n  }\n")
}

func TestMissingFileIsCreatedBeforeTheBuild(t *testing.T) {
	w := newWorkspace(t)
	w.add("x_test", "@@//a:data/timings.json", sixCases)
	w.ran("testlogs/a/x_test/test.xml", sixTimes())
	w.write("fail", "build")
	stdout, stderr := w.run(1, "timings")
	wantText(t, stdout, "a/data/timings.json: created, since //a:x_test cannot be built without it\n")
	wantPart(t, stderr, "bazel build: exit status 7")
	wantText(t, w.read("a/data/timings.json"), "{}\n")
	w.write("fail", "")
	stdout, _ = w.run(0, "timings")
	wantText(t, stdout, "//a:x_test: 10.1 s -> 5.2 s expected: written\n")
}

func TestNoTestsWithTimings(t *testing.T) {
	w := newWorkspace(t)
	if stdout, _ := w.run(0, "timings"); stdout != "" {
		t.Errorf("got %q", stdout)
	}
	w.declare("x_test", "")
	w.declare("y_test", "")
	stdout, _ := w.run(0, "timings")
	wantText(t, stdout, "2 tests without timings; to collect them, add to the target: timings = \"timings.json\"\n")
}

func TestTimingsFailures(t *testing.T) {
	for name, c := range map[string]struct {
		args   []string
		change func(w *workspace)
		code   int
		want   string
	}{
		"a folder that is missing": {[]string{"--from=nowhere"}, nil, 2, "nowhere: no such file or directory\nhint: interlock timings --help\n"},
		"a folder that is a file":  {[]string{"--from", "rules"}, nil, 2, "it is not a folder\nhint: interlock timings --help\n"},
		"no folder":                {[]string{"--from"}, nil, 2, "flag needs an argument: -from\nhint: interlock timings --help\n"},
		"another package's": {
			nil, func(w *workspace) { w.declare("z_test", "@@//b:timings.json") }, 1,
			`//a:z_test: timings = "//b:timings.json" is outside of the target's package, and each package has a file of its own: ` +
				`write timings = "timings.json"`,
		},
		"another repository's": {
			nil, func(w *workspace) { w.declare("z_test", "@@b+//b:timings.json") }, 1,
			`//a:z_test: timings = "@@b+//b:timings.json" is in another repository, where nothing is written from here: `,
		},
		"a generated file": {
			nil, func(w *workspace) { w.write("kinds", "generated file @@//a:timings.json\n") }, 1,
			"//a:timings.json: timings is a generated file, so nobody can write it: name a file of the source tree, such as ",
		},
		"a rule": {
			nil, func(w *workspace) { w.write("kinds", "filegroup rule @@//a:timings.json\n") }, 1,
			"//a:timings.json: timings is a filegroup rule, so nobody can write it",
		},
		"a select": {nil, func(w *workspace) { w.declare("z_test", "select") }, 1, "//a:z_test: timings is a select(): which file"},
		"a file that is no JSON": {
			nil, func(w *workspace) { w.write("a/timings.json", "[]") }, 1,
			`a/timings.json: line 1: there is array: want`,
		},
		"how to mend it": {
			nil, func(w *workspace) { w.write("a/timings.json", "[]") }, 1,
			"want {\"TARGET\": {\"CASE\": SECONDS}}\nhint: mend it, or write {} into it to begin anew",
		},
		"a report that is none": {
			nil, func(w *workspace) { w.write("testlogs/a/x_test/test.xml", "<") }, 1,
			"it is not in JUnit's format; remove it, or run its test again",
		},
		"no folders of Bazel's": {nil, func(w *workspace) { w.write("info", "") }, 1, `bazel info: no bazel-testlogs in ""`},
		"the runner fails": {
			nil, func(w *workspace) { w.runner("x_test", "exit 78") }, 1,
			"//a:x_test: its runner has no plan: exit status 78",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.add("x_test", "@@//a:timings.json", sixCases)
			w.write("a/timings.json", "{}")
			w.ran("testlogs/a/x_test/test.xml", sixTimes())
			if c.change != nil {
				c.change(w)
			}
			before := w.read("a/timings.json")
			_, stderr := w.run(c.code, append([]string{"timings"}, c.args...)...)
			wantPart(t, stderr, c.want)
			wantText(t, w.read("a/timings.json"), before)
		})
	}
}

// A failure of one test's runner does not keep others from their timings.
func TestOneFailureOfMany(t *testing.T) {
	w := newWorkspace(t)
	for _, name := range []string{"x_test", "y_test"} {
		w.add(name, "@@//a:timings.json", sixCases)
		w.ran("testlogs/a/"+name+"/test.xml", sixTimes())
	}
	w.runner("x_test", "exit 78")
	stdout, stderr := w.run(1, "timings")
	wantPart(t, stderr, "//a:x_test: its runner has no plan")
	wantPart(t, stdout, "//a:y_test: 10.1 s -> 5.2 s expected: written\n")
	if _, err := os.Stat(filepath.Join(w.dir, "a/timings.json")); err != nil {
		t.Error(err)
	}
}
