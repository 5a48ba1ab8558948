package app

import (
	"os"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// Without its status file, Bazel would say that a failing shard does not shard.
func TestShardStatusFileIsWrittenWhateverHappens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*target)
		want   int
	}{
		"all is well":           {func(*target) {}, 0},
		"the test fails":        {func(x *target) { x.write("x_test.runfiles/_main/pkg/program", "#!/bin/sh\nexit 1\n", 0o755) }, 1},
		"manifest is broken":    {func(x *target) { x.write("x_test"+manifest.Suffix, "{", 0o644) }, 78},
		"environment is broken": {func(x *target) { x.vars["TEST_TIMEOUT"] = "soon" }, 78},
	} {
		x := newTarget(t, "exit 0").sharded(0, 2)
		c.change(x)
		r := x.run()
		r.wantExit(c.want)
		if _, exists := x.read("shard-status"); !exists {
			t.Errorf("%s: no shard status file", name)
		}
		if _, exists := x.read("premature"); exists {
			t.Errorf("%s: the premature-exit file is there after an orderly end", name)
		}
	}
}

func TestShardWithoutCasesPasses(t *testing.T) {
	t.Parallel()
	x := newTarget(t, "exit 1").sharded(1, 2)
	r := x.run()
	r.wantExit(0)
	r.wantLog("interlock: this shard has no case: the test has 1, for 2 shards\n")
	if got := x.report(); got.Tests != 0 || len(got.Cases) != 0 {
		t.Errorf("test.xml has %+v", got)
	}
}

// A malformed input is an error that says so, in the log and in test.xml.
func TestTestThatCannotBeSetUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*target)
		want   string
	}{
		"shards without an index":  {func(x *target) { x.vars["TEST_TOTAL_SHARDS"] = "2" }, "TEST_SHARD_INDEX"},
		"no status file":           {func(x *target) { delete(x.sharded(0, 2).vars, "TEST_SHARD_STATUS_FILE") }, "TEST_SHARD_STATUS_FILE"},
		"index too large":          {func(x *target) { x.sharded(2, 2) }, "want it below TEST_TOTAL_SHARDS"},
		"timeout":                  {func(x *target) { x.vars["TEST_TIMEOUT"] = "-1" }, "TEST_TIMEOUT"},
		"fail fast":                {func(x *target) { x.vars["TESTBRIDGE_TEST_RUNNER_FAIL_FAST"] = "yes" }, "TESTBRIDGE_TEST_RUNNER_FAIL_FAST"},
		"coverage without a place": {func(x *target) { x.vars["COVERAGE"] = "1" }, "COVERAGE_DIR"},
		"status file in no folder": {func(x *target) {
			x.sharded(0, 2).vars["TEST_SHARD_STATUS_FILE"] = x.dir + "/missing/status"
		}, "telling Bazel about this runner"},
		"no manifest":                 {func(x *target) { x.manifest = nil }, "x_test" + manifest.Suffix + ": no such file"},
		"manifest of another release": {func(x *target) { x.manifest["version"] = 99 }, "different releases"},
		"no Go test": {
			func(x *target) { x.manifest["framework"] = "go" },
			"the program of //pkg:x_test is not a Go test: it answers -test.list with: must not run\nhint: set framework = \"exec\"",
		},
		"unknown framework": {func(x *target) { x.manifest["framework"] = "abacus" }, "abacus"},
		"unknown scope": {func(x *target) {
			x.manifest["groups"] = []any{processGroup("@@//r:db", "*")}
			x.manifest["groups"].([]any)[0].(map[string]any)["scope"] = "galaxy"
		}, "galaxy"},
		"pattern without a case": {func(x *target) {
			x.manifest["groups"] = []any{processGroup("@@//r:db", "TestDB*")}
		}, `//r:db: the pattern "TestDB*" matches no case of this test, so nothing would hold the group; the cases are: x_test` +
			"\nhint: a program of framework = \"exec\" is one case: write [\"*\"] for it"},
		"malformed filter": {func(x *target) { x.vars["TESTBRIDGE_TEST_ONLY"] = "y[" }, `--test_filter: the pattern "y[" is not a glob`},
	} {
		x := newTarget(t, "echo must not run")
		c.change(x)
		r := x.run()
		r.wantExit(78)
		r.wantLog("interlock: error: ")
		r.wantLog(c.want)
		x.wantError("config", c.want)
		if got := x.report().Cases[0]; got.Name != "x_test" || got.Class != "//pkg:x_test" {
			t.Errorf("%s: the case is %+v", name, got)
		}
	}
}

func processGroup(label string, patterns ...string) map[string]any {
	return map[string]any{"label": label, "name": label, "scope": "process", "capacity": 1, "cases": uses(patterns...)}
}

// uses are exclusive uses of one unit each.
func uses(patterns ...string) []manifest.Use {
	var all []manifest.Use
	for _, pattern := range patterns {
		all = append(all, manifest.Use{Glob: pattern, Weight: 1})
	}
	return all
}

func TestFilterThatAsksForTheCase(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{"x_test", "x*", "a,*_test", "-y"} {
		x := newTarget(t, "echo ran")
		x.vars["TESTBRIDGE_TEST_ONLY"] = filter
		r := x.run()
		r.wantExit(0)
		r.wantLog("ran\n")
	}
}

// --test_filter is for all tests of a build, so it need not match each of them.
func TestFilterThatAsksForNothing(t *testing.T) {
	t.Parallel()
	x := newTarget(t, "echo must not run")
	x.vars["TESTBRIDGE_TEST_ONLY"] = "y*"
	r := x.run()
	r.wantExit(0)
	if want := "interlock: no case of this test was asked for; the cases are: x_test\n"; !strings.HasSuffix(r.log.String(), want) {
		t.Errorf("the last line is not %q:\n%s", want, r.log)
	}
	if got := x.report(); got.Tests != 0 {
		t.Errorf("test.xml has %+v", got)
	}
}

func TestFailFastOfAShardWithOneCase(t *testing.T) {
	t.Parallel()
	x := newTarget(t, "exit 5").sharded(0, 1)
	x.vars["TESTBRIDGE_TEST_RUNNER_FAIL_FAST"] = "1"
	x.run().wantExit(5)
}

// Bazel fails a test that leaves this file: it ended too early.
func TestPrematureExitFile(t *testing.T) {
	t.Parallel()
	for _, killed := range []bool{false, true} {
		x := newTarget(t, `echo running > "$LIFELINE"; read x < "$GATE"`)
		lifeline, gate := pipetest.NewLifeline(t), pipetest.NewGate(t)
		x.vars["LIFELINE"], x.vars["GATE"] = lifeline.Path, gate.Path
		r := x.start()
		lifeline.Line()
		if _, exists := x.read("premature"); !exists {
			t.Error("it does not exist while the test runs")
		}
		if killed {
			r.kill()
		} else {
			gate.Open()
			r.wantExit(0)
		}
		if _, exists := x.read("premature"); exists != killed {
			t.Errorf("killed %v: at the end it exists: %v", killed, exists)
		}
	}
}

// A file that cannot be removed makes Bazel 8 fail the test, so the runner says why.
func TestPrematureExitFileThatStays(t *testing.T) {
	t.Parallel()
	x := newTarget(t, `rm "$FILE"; mkdir -p "$FILE/full"`)
	x.vars["FILE"] = x.vars["TEST_PREMATURE_EXIT_FILE"]
	r := x.run()
	r.wantExit(69)
	r.wantLog("error: telling Bazel that this runner has ended")
	if text, _ := x.read("infrastructure"); !strings.Contains(text, "telling Bazel") {
		t.Errorf("the infrastructure's failure is %q", text)
	}
}

func TestWithoutBazel(t *testing.T) {
	t.Parallel()
	x := newTarget(t, "echo ran")
	for name := range x.vars {
		if name != "BE_THE_RUNNER" && name != "PATH" {
			delete(x.vars, name) // the runfiles are beside the executable
		}
	}
	r := x.run()
	r.wantExit(0)
	r.wantLog("ran\n")
	if _, err := os.Stat(x.dir + "/test.xml"); err == nil {
		t.Error("it wrote a report that nobody asked for")
	}
}

// Each child writes coverage data of its own, where Bazel looks for it.
func TestCoverage(t *testing.T) {
	t.Parallel()
	x := newTarget(t, `for f in "$COVERAGE_OUTPUT_FILE" "$JAVA_COVERAGE_FILE"; do echo data > "$f"; echo "<$f>"; done`)
	x.vars["COVERAGE"], x.vars["COVERAGE_DIR"] = "1", x.dir+"/cov"
	x.vars["COVERAGE_OUTPUT_FILE"] = x.dir + "/merged.dat"
	r := x.run()
	r.wantExit(0)
	r.wantLog("<" + x.dir + "/cov/interlock/x_test.1/coverage.dat>")
	r.wantLog("<" + x.dir + "/cov/interlock/x_test.1/jvcov.dat>")
	if _, exists := x.read("merged.dat"); exists {
		t.Error("the child wrote what Bazel merges into")
	}
}
