package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPass(t *testing.T) {
	t.Parallel()
	r := newTarget(t, "echo hello").run()
	r.wantExit(0)
	r.wantLog("hello\ninterlock: PASS x_test (ran ")
	got := r.report()
	if got.Tests != 1 || got.Cases[0].Name != "x_test" || got.Cases[0].Class != "//pkg:x_test" || got.Cases[0].Output != "hello\n" ||
		got.Cases[0].Failure != nil || got.Cases[0].Error != nil {
		t.Errorf("test.xml has %+v", got)
	}
	for _, file := range []string{"premature", "infrastructure"} {
		if _, exists := r.read(file); exists {
			t.Errorf("%s exists", file)
		}
	}
}

func TestExitCodeOfTheOneCaseIsPassedOn(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]int{"exit 3": 3, "kill -KILL $$": 137} {
		r := newTarget(t, script).run()
		r.wantExit(want)
		if got := r.report().Cases[0]; got.Failure == nil {
			t.Errorf("%s: test.xml has %+v", script, got)
		}
	}
}

func TestProgramThatCannotStart(t *testing.T) {
	t.Parallel()
	x := newTarget(t, "")
	x.manifest["program"] = "_main/pkg/missing"
	r := x.run()
	r.wantExit(1)
	x.wantError("start", "_main/pkg/missing", "no such file")
}

func TestArgumentsArePassedOn(t *testing.T) {
	t.Parallel()
	r := newTarget(t, `printf '<%s>' "$@"`).run("--flag=a b", "", "*", "--", "-x")
	r.wantExit(0)
	r.wantLog("<--flag=a b><><*><--><-x>")
}

func TestStdinIsPassedOn(t *testing.T) {
	t.Parallel()
	x := newTarget(t, "cat")
	x.write("stdin", "from the outside", 0o644)
	stdin, err := os.Open(filepath.Join(x.dir, "stdin"))
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	r := x.startWith(stdin)
	r.wantExit(0)
	r.wantLog("from the outside")
}

// The runner handles these itself. A child that did so again would drop cases, or speak for the
// whole test.
func TestChildSeesItsEnvironmentWithoutWhatIsTheRunners(t *testing.T) {
	t.Parallel()
	x := newTarget(t, `env; echo "in $(pwd -P)"`).sharded(0, 1)
	x.vars["TESTBRIDGE_TEST_ONLY"], x.vars["TESTBRIDGE_TEST_RUNNER_FAIL_FAST"] = "x_*", "1"
	x.vars["GTEST_TOTAL_SHARDS"], x.vars["USERS_OWN"], x.vars["INTERLOCK_RETRIES"] = "1", "kept", "1"
	r := x.run()
	r.wantExit(0)
	for _, name := range []string{
		"TEST_TOTAL_SHARDS", "TEST_SHARD_INDEX", "TEST_SHARD_STATUS_FILE", "GTEST_TOTAL_SHARDS",
		"TESTBRIDGE_TEST_ONLY", "TESTBRIDGE_TEST_RUNNER_FAIL_FAST", "XML_OUTPUT_FILE", "TEST_PREMATURE_EXIT_FILE",
		"INTERLOCK_RETRIES",
	} {
		if strings.Contains(r.log.String(), "\n"+name+"=") {
			t.Errorf("the child sees %s", name)
		}
	}
	for _, name := range []string{"USERS_OWN", "RUNFILES_DIR", "TEST_TARGET"} {
		r.wantLog(name + "=" + x.vars[name] + "\n")
	}
	cwd, err := os.Getwd()
	if err == nil {
		cwd, err = filepath.EvalSymlinks(cwd)
	}
	if err != nil {
		t.Fatal(err)
	}
	r.wantLog("in " + cwd + "\n")
}

func TestReportThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]int{"exit 0": 69, "exit 3": 3} {
		x := newTarget(t, script)
		x.vars["XML_OUTPUT_FILE"] = filepath.Join(x.dir, "missing", "test.xml")
		r := x.run()
		r.wantExit(want)
		r.wantLog("interlock: error: writing test.xml: ")
		if text, _ := x.read("infrastructure"); !strings.HasPrefix(text, "interlock\nwriting test.xml: ") {
			t.Errorf("the infrastructure failure file has %q", text)
		}
	}
}
