package app

import (
	"strings"
	"testing"
)

// wantOutcomes fails the test unless test.xml has exactly these cases, and for
// each the text.
func (x *target) wantOutcomes(want map[string]string) {
	x.t.Helper()
	got := x.outcomes()
	for name, text := range want {
		if !strings.Contains(got[name], text) {
			x.t.Errorf("%s: %q, want %q", name, got[name], text)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		x.t.Errorf("test.xml has %v, too", got)
	}
}

// eachGo runs a subtest for each number of workers.
func eachGo(t *testing.T, fault string, check func(x *target, workers string)) {
	t.Parallel()
	for _, workers := range []string{"0", "1", "4"} {
		t.Run(workers, func(t *testing.T) {
			t.Parallel()
			check(newGoTarget(t, faulty, fault, workers), workers)
		})
	}
}

// allPass is the content of test.xml if nothing goes wrong.
func allPass() map[string]string {
	want := only(allOfThem...)
	want["FuzzNothing/seed#0"] = "pass"
	return want
}

func TestGoBinaryThatPanicsBeforeItsTests(t *testing.T) {
	t.Parallel()
	for fault, message := range map[string]string{
		"panic in init": "panic: init went wrong", "panic in TestMain": "panic: TestMain went wrong",
	} {
		t.Run(fault, func(t *testing.T) {
			eachGo(t, fault, func(x *target, workers string) {
				r := x.run()
				r.wantLog(message)
				if workers == "0" {
					r.wantExit(1)
					x.wantOutcomes(map[string]string{
						"TestMain": "error: the test binary ended before any test began (exit code 2): " + message,
					})
				} else {
					r.wantExit(78)
					x.wantError("config", "listing the tests failed (exit code 2)", message)
				}
			})
		})
	}
}

// The exit code has the last word.
func TestGoBinaryThatPanicsAfterItsTests(t *testing.T) {
	eachGo(t, "panic after m.Run", func(x *target, workers string) {
		r := x.run()
		if workers != "0" {
			r.wantExit(78)
			x.wantError("config", "listing the tests failed (exit code 2)", "panic: the end went wrong")
			return
		}
		r.wantExit(1)
		want := allPass()
		for name := range want {
			if !strings.Contains(name, "/") {
				want[name] = "after its tests had passed (exit code 2): panic: the end went wrong"
			}
		}
		x.wantOutcomes(want)
	})
}

// As with go test.
func TestGoBinaryThatRunsNoTestsPasses(t *testing.T) {
	eachGo(t, "TestMain without m.Run", func(x *target, workers string) {
		x.run().wantExit(0)
		x.wantOutcomes(map[string]string{})
	})
}

func TestGoCulpritThatIsHarmlessAlone(t *testing.T) {
	t.Parallel()
	x := newGoTarget(t, faulty, "parallel exit unless alone", "0")
	r := x.run("-test.parallel=4")
	r.wantExit(1)
	want := allPass()
	want["TestMain"] = "failure: the test's process failed while 3 tests ran in it, of which none does so alone (exit code 3)"
	x.wantOutcomes(want)
	r.wantLog("interlock: TestParallel1 runs again, since the process that it was in ended\n")
}

func TestGoBinaryThatHangsBeforeItsTests(t *testing.T) {
	eachGo(t, "hang in TestMain", func(x *target, workers string) {
		x.vars["TEST_TIMEOUT"] = "3"
		r := x.run()
		r.wantExit(124)
		x.wantError("timeout", "the test's time is up (TEST_TIMEOUT is 3s, which counts waiting)")
		if workers == "0" {
			r.wantLog("waiting for ever\n")
		}
	})
}

// tooLong is what the tests say that run for longer than their budget of 2 s.
const tooLong = "the cases of //pkg:x_test ran for longer than its size or timeout allows (2 s; waiting does not count)\n" +
	"hint: set a longer size or timeout, or make its slowest cases faster"

func TestGoTestThatHangs(t *testing.T) {
	eachGo(t, "hang", func(x *target, workers string) {
		x.manifest["running_budget_seconds"] = 2
		r := x.run("-test.v")
		r.wantExit(124)
		const stopped = "error: timed out: " + tooLong
		if got := x.outcomes()["TestFault"]; got != stopped {
			t.Errorf("TestFault: %q, want %q", got, stopped)
		}
		switch got := x.outcomes(); {
		case workers == "0" && !strings.HasPrefix(got["TestMain"], "error: timed out: "+tooLong):
			t.Errorf("TestMain: %q", got["TestMain"])
		case workers == "1" && !strings.HasPrefix(got["TestAfter"], "error: not run: "+tooLong):
			t.Errorf("TestAfter: %q", got["TestAfter"])
		case workers == "4" && got["TestAfter"] != "pass":
			t.Errorf("TestAfter: %q", got["TestAfter"])
		}
	})
}

// After a runner is killed, its report has what it knew.
func TestKilledRunnerOfGoTests(t *testing.T) {
	eachGo(t, "hang", func(x *target, workers string) {
		r := x.start("-test.v")
		r.log.await(x.t, map[string]string{"0": "hanging", "1": "hanging", "4": "PASS TestAfter"}[workers])
		r.kill()
		got := x.outcomes()
		const unfinished = "error: not finished when this report was written: the test was killed"
		if got["TestFault"] != unfinished && workers != "0" {
			t.Errorf("TestFault: %q", got["TestFault"])
		}
		if workers == "0" && got["TestMain"] != unfinished {
			t.Errorf("TestMain: %q", got["TestMain"])
		}
	})
}

func TestFailFastOfGoTests(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*target) (args []string){
		"--test_runner_fail_fast": func(x *target) []string { x.vars["TESTBRIDGE_TEST_RUNNER_FAIL_FAST"] = "1"; return nil },
		"-test.failfast":          func(*target) []string { return []string{"-test.failfast"} },
	} {
		t.Run(name, func(t *testing.T) {
			eachGo(t, "failure", func(x *target, workers string) {
				args := change(x)
				x.run(args...).wantExit(1)
				got := x.outcomes()
				if workers != "4" && got["TestBefore"] != "pass" || !strings.HasPrefix(got["TestFault"], "failure") {
					t.Errorf("test.xml has %v", got)
				}
				const skipped = "skipped: not run: an earlier case was bad, and the test is to fail fast"
				if after := got["TestAfter"]; workers == "1" && after != skipped || workers == "0" && after != "" {
					t.Errorf("TestAfter: %q", after)
				}
			})
		})
	}
}

func TestGoLogIsBriefUnlessAskedForMore(t *testing.T) {
	eachGo(t, "failure", func(x *target, workers string) {
		r := x.run()
		r.wantExit(1)
		r.wantLog("interlock: 7 passed, 1 failed, 0 with an error, 0 skipped in ")
		if strings.Contains(r.log.String(), "PASS") || strings.Count(r.log.String(), "interlock: FAIL TestFault ") != 1 {
			t.Errorf("the log is\n%s", r.log)
		}
	})
}
