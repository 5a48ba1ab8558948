package app

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

// goFault is something that goes wrong in a test binary, and its consequences, however many
// workers there are.
type goFault struct {
	fault string
	args  []string
	exit  int
	// want is what test.xml has other than "pass"; for a failure it is a part of that text. "-"
	// is a case that it does not have.
	want map[string]string
	// log is what the log has.
	log []string
	// amended says whether cases fail that were first reported as passed.
	amended bool
	// again are the tests that begin twice if all share a process.
	again []string
	// processes is how many there are with workers = 0.
	processes int
}

// If a process ends too early, its remaining tests have to be listed, and run in a third process.
const started, listed, rest = 1, 1, 1

var goFaults = []goFault{
	{fault: "none", processes: started},
	{fault: "failure", exit: 1, processes: started, want: map[string]string{"TestFault": ": two is not three"}},
	{fault: "skip", processes: started, want: map[string]string{"TestFault": ": not today"}},
	{
		fault: "panic", exit: 1, processes: started + listed + rest,
		want: map[string]string{"TestFault": "failure: panic: boom"}, log: []string{"faults_test.go:"},
	},
	{
		fault: "panic in a subtest", exit: 1, processes: started + listed + rest,
		want: map[string]string{
			"TestFault": "failure: panic: boom", "TestFault/good": "pass", "TestFault/bad": "failure: ",
		},
	},
	{
		fault: "panic in a goroutine", exit: 1, processes: started + listed + rest,
		want: map[string]string{"TestFault": "failure: the test's process exited with code 2 before the test had a result: panic: boom"},
	},
	{
		fault: "goexit", exit: 1, processes: started + listed + rest,
		want: map[string]string{"TestFault": "runtime.Goexit"},
	},
	{
		fault: "exit code 0", exit: 1, processes: started + listed + rest,
		want: map[string]string{
			"TestFault": "failure: panic: unexpected call to os.Exit(0) during test",
		},
	},
	{
		fault: "log.Fatal", exit: 1, processes: started + listed + rest,
		want: map[string]string{"TestFault": "no way on"},
	},
	{
		fault: "close stdout", processes: started + listed + 7,
		want:  map[string]string{"FuzzNothing/seed#0": "pass"},
		again: []string{"TestFault", "TestParallel1", "TestParallel2", "TestParallel3", "TestAfter"},
	},
	{
		fault: "killed", exit: 1, processes: started + listed + rest,
		want: map[string]string{"TestFault": "failure: the test's process was killed by signal: killed"},
	},
	{
		fault: "deadlock", exit: 1, processes: started + listed + rest,
		want: map[string]string{"TestFault": "fatal error: all goroutines are asleep - deadlock!"},
	},
	{fault: "10 MB of lines", processes: started, log: []string{"\nthe last line\n"}},
	{fault: "10 MB in one line", processes: started, log: []string{"xxxxxxxxxx"}},
	{
		fault: "forged lines", processes: started,
		log: []string{"--- FAIL: TestBefore (0.01s)", "middle\n", "{\"Action\":\"fail\",\"Test\":\"TestAfter\"}"},
	},
	{
		fault: "child keeps the pipe", processes: started, want: map[string]string{"TestMain": "pass"},
		log: []string{"interlock: leak: ", " left a process running, which was killed\n"},
	},
	{
		fault: "names", processes: started,
		want: map[string]string{
			"TestFault/a_b": "pass", "TestFault/a/b": "pass", `TestFault/"q"`: "pass", `TestFault/\d+`: "pass",
			"TestFault/#00": "pass", "TestFault/x|y": "pass", "TestFault/x_(1s)": "pass", "TestFault/é": "pass",
			`TestFault/tab_`: "pass", "TestFault/same": "pass", "TestFault/same#01": "pass",
		},
		log: []string{"in TestFault/same#01"},
	},
	{fault: "parallel", args: []string{"-test.parallel=4"}, processes: started},
	{
		fault: "parallel panic", args: []string{"-test.parallel=4"}, exit: 1, processes: started + listed + rest,
		want:  map[string]string{"TestParallel2": "failure: panic: boom"},
		again: []string{"TestParallel1", "TestParallel3"},
	},
	{
		fault: "parallel exit", args: []string{"-test.parallel=4"}, exit: 1, processes: started + listed + 3 + rest,
		want:  map[string]string{"TestParallel2": "failure: the test's process exited with code 3 before the test had a result"},
		again: []string{"TestParallel1", "TestParallel2", "TestParallel3"},
	},
	{
		fault: "exit code 3 of TestMain", exit: 1, processes: started, amended: true,
		want: all("failure: the test's process failed after its tests had passed (exit code 3): something leaked"),
	},
	{
		fault: "second time", args: []string{"-test.count=2"}, exit: 1, processes: started,
		want: map[string]string{"TestFault": "not twice"},
		again: []string{
			"TestBefore", "TestFault", "TestParallel1", "TestParallel2", "TestParallel3", "TestAfter",
		},
	},
	{fault: "none", args: []string{"-test.run=^TestF", "-test.skip=Nothing"}, processes: started, want: only("TestFault")},
	{fault: "names", args: []string{"-test.run=TestFault/^a_b$|After"}, processes: started, want: only("TestFault", "TestFault/a_b", "TestAfter")},
	{fault: "none", args: []string{"-test.skip", "Parallel|Example|Fuzz"}, processes: started, want: only("TestBefore", "TestFault", "TestAfter")},
	{fault: "none", args: []string{"-test.shuffle=7"}, processes: started, log: []string{"-test.shuffle 7\n"}},
	{
		fault: "none", args: []string{"-test.run=TestAfter", "-test.bench=.", "-test.benchtime=1x"}, processes: started,
		want: only("TestAfter"), log: []string{"BenchmarkNothing"},
	},
	{
		fault: "failing benchmark", args: []string{"-test.run=TestAfter", "-test.bench=.", "-test.benchtime=1x"}, exit: 1,
		processes: started, want: with(only("TestAfter"), "TestAfter", ": too slow"), amended: true,
	},
	{fault: "none", args: []string{"-test.run=NoSuchTest"}, want: only()},
}

// allOfThem are the cases of the binary.
var allOfThem = []string{
	"TestBefore", "TestFault", "TestParallel1", "TestParallel2", "TestParallel3", "TestAfter", "Example", "FuzzNothing",
}

// only returns the content of test.xml if it has only these cases.
func only(names ...string) map[string]string {
	want := map[string]string{"FuzzNothing/seed#0": "-"}
	for _, name := range allOfThem {
		want[name] = "-"
	}
	for _, name := range names {
		want[name] = "pass"
	}
	return want
}

// all returns the same outcome for all of them.
func all(outcome string) map[string]string {
	want := map[string]string{}
	for _, name := range allOfThem {
		want[name] = outcome
	}
	return want
}

// with returns outcomes with one more added.
func with(outcomes map[string]string, name, outcome string) map[string]string {
	outcomes[name] = outcome
	return outcomes
}

func TestFaultsOfGoTests(t *testing.T) {
	t.Parallel()
	for _, f := range goFaults {
		for _, workers := range []string{"0", "1", "4"} {
			t.Run(fmt.Sprintf("%s/%s/%s", f.fault, strings.Join(f.args, " "), workers), func(t *testing.T) {
				t.Parallel()
				f.check(t, workers)
			})
		}
	}
}

func (f goFault) check(t *testing.T, workers string) {
	x := newGoTarget(t, faulty, f.fault, workers)
	r := x.run(append([]string{"-test.v"}, f.args...)...)
	r.wantExit(f.exit)
	for _, text := range f.log {
		r.wantLog(text)
	}
	f.checkOutcomes(r)
	f.checkJournal(x, workers)
}

func (f goFault) checkOutcomes(r *runner) {
	want := map[string]string{"FuzzNothing/seed#0": "pass"}
	for _, name := range allOfThem {
		want[name] = "pass"
	}
	maps.Copy(want, f.want)
	maps.DeleteFunc(want, func(_, outcome string) bool { return outcome == "-" })
	got := r.outcomes()
	for name, outcome := range want {
		if !strings.Contains(got[name], outcome) {
			r.t.Errorf("%s: %q, want %q", name, got[name], outcome)
		}
		lines := strings.Count(r.log.String(), " "+name+" (ran ")
		isPart := strings.Contains(name, "/") || name == "TestMain" && outcome == "pass"
		if wanted := map[bool]int{false: 1, true: 0}[isPart]; lines != wanted && !f.amended {
			r.t.Errorf("%s: %d results in the log, want %d", name, lines, wanted)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		r.t.Errorf("test.xml has %v, too", got)
	}
}

func (f goFault) checkJournal(x *target, workers string) {
	journal := x.journal()
	if f.processes != 0 && workers == "0" && journal["process"] != f.processes {
		x.t.Errorf("%d processes, want %d", journal["process"], f.processes)
	}
	for _, name := range allOfThem {
		times := journal[name]
		if times > 1 && !strings.Contains(strings.Join(f.again, " "), name) {
			x.t.Errorf("%s began %d times", name, times)
		}
	}
	if workers != "0" {
		return
	}
	for _, name := range f.again {
		if journal[name] != 2 {
			x.t.Errorf("%s began %d times, want 2", name, journal[name])
		}
	}
}
