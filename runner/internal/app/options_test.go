package app

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/manifest"
)

// The rule comes first, then the environment, then the arguments.
func TestTheLastSettingCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule, env, arg string
		attempts       int
	}{
		{"1", "", "", 2},
		{"1", "2", "", 3},
		{"1", "2", "0", 1},
	} {
		x := newTarget(t, `echo "attempt $INTERLOCK_ATTEMPT"; exit 3`)
		x.manifest["options"] = map[string]string{"retries": c.rule}
		x.vars["INTERLOCK_RETRY_DELAY"], x.vars["INTERLOCK_RETRIES"] = "1ms", c.env
		var args []string
		if c.arg != "" {
			args = []string{"--interlock-retries=" + c.arg}
		}
		r := x.run(args...)
		r.wantExit(3)
		if got := strings.Count(r.log.String(), "attempt "+fmt.Sprint(c.attempts)+"\n"); got != 1 {
			t.Errorf("%+v: the log is\n%s", c, r.log)
		}
	}
}

// A program gets only its own arguments.
func TestOptionsAreNoArgumentsOfTheProgram(t *testing.T) {
	t.Parallel()
	r := newTarget(t, `echo "<$*>"`).run("a", "--interlock-retries=1", "b", "--", "--interlock-mine")
	r.wantExit(0)
	r.wantLog("<a b -- --interlock-mine>\n")
}

func TestMistakesInOptions(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(x *target) []string{
		`argument --interlock-retry: there is no option "retry"`: func(*target) []string { return []string{"--interlock-retry=1"} },
		`environment variable INTERLOCK_REPEAT: "many": want`: func(x *target) []string {
			x.vars["INTERLOCK_REPEAT"] = "many"
			return nil
		},
		`manifest: options: "soon": want a duration`: func(x *target) []string {
			x.manifest["options"] = map[string]string{"case-timeout": "soon"}
			return nil
		},
		"  --interlock-case-timeout=D\n": func(*target) []string { return []string{"--interlock-help"} },
	} {
		x := newTarget(t, "exit 0")
		x.run(change(x)...).wantExit(78)
		x.wantError("config", want)
	}
	x := newGoTarget(t, faulty, "none", "1")
	x.run("-test.cpuprofile=/dev/null", "--interlock-repeat=2").wantExit(78)
	x.wantError("config", "--interlock-repeat starts many: leave one of them out")
}

func TestVariableThatIsMisspelt(t *testing.T) {
	t.Parallel()
	x := newTarget(t, "exit 0")
	x.vars["INTERLOCK_RETRYS"] = "3"
	r := x.run()
	r.wantExit(0)
	r.wantLog("interlock: warning: the environment variable INTERLOCK_RETRYS sets nothing; did you mean INTERLOCK_RETRIES?\n")
}

func TestCaseTimeout(t *testing.T) {
	t.Parallel()
	x := newTarget(t, `trap 'echo told; exit 0' TERM; echo running; while :; do sleep 0.01; done`)
	r := x.run("--interlock-case-timeout=100ms")
	r.wantExit(124)
	r.wantLog("told\n")
	x.wantError("timeout", "timed out: x_test ran for longer than its timeout of 100ms")
}

// A program that ignores SIGTERM has the grace, and then dies.
func TestGrace(t *testing.T) {
	t.Parallel()
	x := newTarget(t, `trap '' TERM; while :; do sleep 0.01; done`)
	x.run("--interlock-case-timeout=50ms", "--interlock-grace=50ms").wantExit(124)
	x.wantError("timeout", "(killed by signal: killed)")
}

// A Go test that hangs is stopped. The other tests of its process run again if they had not
// finished.
func TestCaseTimeoutOfGoTests(t *testing.T) {
	eachGo(t, "hang", func(x *target, _ string) {
		r := x.run("--interlock-case-timeout=1s", "--interlock-grace=1s", "-test.parallel=4")
		r.wantExit(124)
		want := allPass()
		want["TestFault"] = "error: timed out: TestFault ran for longer than its timeout of 1s"
		x.wantOutcomes(want)
	})
}

func TestRetriesOfGoTests(t *testing.T) {
	eachGo(t, "first attempt", func(x *target, _ string) {
		r := x.run("--interlock-retries=2", "--interlock-retry-delay=1ms")
		r.wantExit(0)
		r.wantLog("; attempt 1, and it runs again in ")
		r.wantLog(" s, flaky: attempt 2)\n")
		r.wantLog("interlock: 8 passed (1 flaky), 0 failed")
		want := allPass()
		want["TestFault/part"] = "pass"
		x.wantOutcomes(want)
		i := slices.IndexFunc(x.report().Cases, func(c xmlCase) bool { return c.Name == "TestFault" })
		c := x.report().Cases[i]
		if len(c.Flaky) != 1 || !strings.Contains(c.Flaky[0].Message, "not at first") || !strings.Contains(c.Flaky[0].Output, "attempt 1\n") {
			x.t.Errorf("test.xml has %+v", c)
		}
		if !strings.Contains(c.Output, "attempt 2\n") || strings.Contains(c.Output, "attempt 1\n") {
			x.t.Errorf("the output is %q", c.Output)
		}
	})
}

func TestFlakyResult(t *testing.T) {
	t.Parallel()
	x := newTarget(t, `[ "$INTERLOCK_ATTEMPT" = 2 ]`)
	x.run("--interlock-retries=1", "--interlock-retry-delay=1ms", "--interlock-flaky-result=fail").wantExit(1)
	c := x.report().Cases[0]
	if c.Failure == nil || c.Failure.Type != "flaky" || len(c.Flaky) != 1 {
		t.Errorf("test.xml has %+v", c)
	}
}

func TestReruns(t *testing.T) {
	t.Parallel()
	x := newTarget(t, `echo "in $INTERLOCK_ATTEMPT"; exit $INTERLOCK_ATTEMPT`)
	x.run("--interlock-retries=2", "--interlock-retry-delay=1ms").wantExit(3)
	c := x.report().Cases[0]
	if c.Failure == nil || c.Failure.Message != "exit code 1" || c.Output != "in 1\n" || len(c.Rerun) != 2 || c.Rerun[1].Output != "in 3\n" {
		t.Errorf("test.xml has %+v", c)
	}
}

func TestLeaks(t *testing.T) {
	t.Parallel()
	const message = "x_test left a process running, which was killed"
	for setting, want := range map[string]int{"report": 0, "fail": 1, "ignore": 0} {
		x := newTarget(t, "sleep 1000 &")
		r := x.run("--interlock-leaks=" + setting)
		r.wantExit(want)
		if got := strings.Contains(r.log.String(), message); got != (setting != "ignore") {
			t.Errorf("%s: the log is\n%s", setting, r.log)
		}
		c := x.report().Cases[0]
		has := slices.Contains(c.Properties, xmlProperty{"interlock.leak", message})
		if has != (setting != "ignore") || (c.Failure != nil) != (setting == "fail") {
			t.Errorf("%s: test.xml has %+v", setting, c)
		}
	}
}

func TestLeaksOfGoTestsMayFail(t *testing.T) {
	t.Parallel()
	x := newGoTarget(t, faulty, "child keeps the pipe", "0")
	r := x.run("--interlock-leaks=fail")
	r.wantExit(1)
	want := allPass()
	want["TestMain"] = "failure: the process of TestBefore and 7 more left a process running, which was killed"
	x.wantOutcomes(want)
}

func TestMaxFail(t *testing.T) {
	t.Parallel()
	x := newGoTarget(t, faulty, "failure", "1")
	x.run("--interlock-max-fail=1", "--interlock-repeat=3").wantExit(1)
	count := map[string]int{}
	for _, outcome := range x.outcomes() {
		kind, _, _ := strings.Cut(outcome, ":")
		count[kind]++
	}
	if count["failure"] != 1 || count["skipped"] == 0 {
		t.Errorf("test.xml has %v", x.outcomes())
	}
}

// Each run of a case has a process, a result and a name of its own.
func TestRepeat(t *testing.T) {
	eachGo(t, "failure", func(x *target, _ string) {
		x.run("--interlock-repeat=3", "-test.run=^(TestFault|TestAfter)$").wantExit(1)
		got := x.outcomes()
		want := []string{"TestAfter #1", "TestAfter #2", "TestAfter #3", "TestFault #1", "TestFault #2", "TestFault #3"}
		if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
			x.t.Errorf("test.xml has %q", names)
		}
		if journal := x.journal(); journal["TestFault"] != 3 || journal["TestAfter"] != 3 {
			x.t.Errorf("the journal has %v", journal)
		}
	})
}

func TestRepeatInShards(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for index := range 2 {
		x := newTarget(t, "exit 0").sharded(index, 2)
		x.run("--interlock-repeat=4").wantExit(0)
		for name := range x.outcomes() {
			seen[name]++
		}
	}
	if want := map[string]int{"x_test #1": 1, "x_test #2": 1, "x_test #3": 1, "x_test #4": 1}; !maps.Equal(seen, want) {
		t.Errorf("ran %v", seen)
	}
}

// The seed of a random order is printed, and makes the same order again.
func TestShuffle(t *testing.T) {
	t.Parallel()
	printed := regexp.MustCompile(`--interlock-shuffle=\d+`)
	order := func(workers string, args ...string) (setting, order string) {
		x := newGoTarget(t, faulty, "none", workers)
		r := x.run(args...)
		r.wantExit(0)
		journal, _ := x.read("journal")
		var tests []string
		for line := range strings.Lines(journal) {
			if strings.HasPrefix(line, "Test") && !strings.HasPrefix(line, "TestParallel") {
				tests = append(tests, strings.TrimSpace(line))
			}
		}
		return printed.FindString(r.log.String()), strings.Join(tests, " ")
	}
	orders := map[string]bool{}
	for _, workers := range []string{"0", "1"} {
		for range 6 {
			setting, first := order(workers, "--interlock-shuffle=on")
			orders[first] = true
			if _, again := order(workers, setting); again != first || setting == "" {
				t.Errorf("%s workers, %s: first %s, then %s", workers, setting, first, again)
			}
		}
	}
	if len(orders) < 2 {
		t.Errorf("the only orders are %v", orders)
	}
}

// What is different for each process.
func TestPlaces(t *testing.T) {
	t.Parallel()
	x := newTarget(t, `env; touch "$TEST_TMPDIR/file" && ls "$TEST_TMPDIR"; exit 1`)
	x.manifest["groups"] = []any{processGroup("@@//r:my-db", "*"), processGroup("@@//r:x/db", "*"), processGroup("@@//s:x/db", "*")}
	for _, g := range x.manifest["groups"].([]any) {
		g.(map[string]any)["name"] = manifest.TargetName(g.(map[string]any)["label"].(string))
	}
	x.manifest["options"] = map[string]string{"workers": "7", "retries": "1", "retry-delay": "1ms"}
	r := x.run()
	r.wantExit(1)
	for _, line := range []string{
		"INTERLOCK_WORKER=0", "INTERLOCK_WORKERS=7", "INTERLOCK_ATTEMPT=1", "INTERLOCK_ATTEMPT=2",
		"INTERLOCK_SLOT_MY_DB=0", "INTERLOCK_SLOT_R_X_DB=0", "INTERLOCK_SLOT_S_X_DB=0",
		"TEST_TMPDIR=" + x.vars["TEST_TMPDIR"] + "/1", "TEST_TMPDIR=" + x.vars["TEST_TMPDIR"] + "/2",
	} {
		r.wantLog(line + "\n")
	}
	if left, err := os.ReadDir(filepath.Join(x.dir, "tmp")); err != nil || len(left) > 0 {
		t.Errorf("the folder of the test has %v, %v", left, err)
	}
}

// A folder that already exists is somebody else's: no case gets it, and it stays.
func TestTmpDirThatExists(t *testing.T) {
	t.Parallel()
	x := newTarget(t, `echo "$TEST_TMPDIR"`)
	own := filepath.Join(x.vars["TEST_TMPDIR"], "1")
	if err := os.MkdirAll(own, 0o755); err != nil {
		t.Fatal(err)
	}
	r := x.run()
	r.wantExit(0)
	r.wantLog(x.vars["TEST_TMPDIR"] + "/2\n")
	if _, err := os.Stat(own); err != nil {
		t.Error(err)
	}
}
