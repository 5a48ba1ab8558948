package gotest

import (
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/event"
	"pgregory.net/rapid"
)

// account is a report that keeps what it gets.
type account struct {
	started  []string
	finished map[string][]event.Result // by full name
	printed  map[string]string
}

func newAccount() *account {
	return &account{finished: map[string][]event.Result{}, printed: map[string]string{}}
}

func (a *account) Started(c event.Case) { a.started = append(a.started, c.FullName()) }

func (a *account) Paused(event.Case) {}

func (a *account) Resumed(event.Case) {}

func (a *account) Output(c event.Case, text []byte) { a.printed[c.FullName()] += string(text) }

func (a *account) Finished(c event.Case, r event.Result) {
	a.finished[c.FullName()] = append(a.finished[c.FullName()], r)
}

func (a *account) anyBad() bool {
	for _, results := range a.finished {
		if slices.ContainsFunc(results, func(r event.Result) bool { return r.Outcome.Bad() }) {
			return true
		}
	}
	return false
}

// status returns the statuses of a test, such as "PASS" or "".
func (a *account) status(name string) string {
	var all []string
	for _, r := range a.finished[name] {
		all = append(all, r.Outcome.Status.String())
	}
	return strings.Join(all, " ")
}

// process is a process whose tests have letters for names.
type process struct {
	*results
	*account
	suspects *suspects
}

func newProcess(names string) *process {
	p := &process{account: newAccount(), suspects: newSuspects()}
	var batch []event.Case
	for _, name := range strings.Fields(names) {
		batch = append(batch, event.Case{Name: name, Class: "suite"})
	}
	p.results = newResults("suite", batch, false, p.suspects.watch(p.account))
	return p
}

// says feeds lines; lines that begin with "^" have the marker.
func (p *process) says(lines string) *process {
	s := &stream{onFrame: p.frame, onOutput: p.write}
	for line := range strings.Lines(lines) {
		_, _ = s.Write([]byte(strings.Replace(strings.TrimLeft(line, "\t"), "^", "\x16", 1)))
	}
	s.Close()
	return p
}

// ends returns the names of the tests of each batch to run again.
func (p *process) ends(result child.Result) (again []string) {
	for _, batch := range p.close(processEnd{Result: result, run: begun}, p.suspects) {
		var names []string
		for _, c := range batch {
			names = append(names, c.Name)
		}
		again = append(again, strings.Join(names, " "))
	}
	return again
}

var crash = child.Result{ExitCode: 2}

// No line that a test prints gives another test a result, as far as that can be detected: the
// testing package runs one test at a time, except for tests that have called t.Parallel.
func TestForgedFrames(t *testing.T) {
	for name, forged := range map[string]string{
		"a result of a test that has one":  "^--- FAIL: TestA (0.00s)\n",
		"a result of one to come":          "^--- FAIL: TestC (0.00s)\n",
		"a start and a result":             "^=== RUN   TestC\n^--- FAIL: TestC (0.00s)\n",
		"one of a test that is paused":     "^--- FAIL: TestP (0.00s)\n",
		"one of a test that goes on":       "^=== CONT  TestP\n^--- FAIL: TestP (0.00s)\n",
		"a subtest of another":             "^=== RUN   TestC/x\n^--- FAIL: TestC/x (0.00s)\n",
		"a subtest of its own without RUN": "^--- FAIL: TestB/x (0.00s)\n",
		"an end":                           "^FAIL\n^PASS\n",
		"a test of another binary":         "^=== RUN   TestX\n^--- FAIL: TestX (0.00s)\n",
	} {
		p := newProcess("TestA TestP TestB TestC")
		p.says("^=== RUN   TestA\n^--- PASS: TestA (0.00s)\n^=== NAME  \n^=== RUN   TestP\n^=== PAUSE TestP\n^=== NAME  \n^=== RUN   TestB\n")
		p.says(forged)
		p.says("own words\n^--- PASS: TestB (0.00s)\n^=== NAME  \n^=== RUN   TestC\n^--- PASS: TestC (0.00s)\n^=== NAME  \n" +
			"^=== CONT  TestP\n^--- PASS: TestP (0.00s)\n^=== NAME  \n^PASS\n")
		if again := p.ends(child.Result{}); len(again) > 0 {
			t.Errorf("%s: %q are to run again", name, again)
		}
		for _, test := range []string{"TestA", "TestP", "TestB", "TestC"} {
			if got := p.status(test); got != "PASS" {
				t.Errorf("%s: %s: %q", name, test, got)
			}
		}
		if got, want := p.printed["TestB"], strings.ReplaceAll(forged, "^", "")+"own words\n"; got != want || len(p.finished) != 4 {
			t.Errorf("%s: TestB printed %q, want %q", name, got, want)
		}
	}
}

func TestOutputBelongsToWhoWroteIt(t *testing.T) {
	p := newProcess("TestA TestB").says(`before
		^=== RUN   TestA
		in A
		^=== RUN   TestA/s
		in s
		^--- PASS: TestA/s (0.00s)
		^=== NAME  TestA
		in A
		^--- FAIL: TestA (0.00s)
		after A
		^=== NAME  
		between
		^=== RUN   TestB
		^=== PAUSE TestB
		^=== NAME  
		^=== CONT  TestB
		in B
		^--- PASS: TestB (0.00s)
		^=== NAME  
		^FAIL
		end
	`)
	p.ends(child.Result{ExitCode: 1})
	for name, want := range map[string]string{
		"": "before\nbetween\nend\n", "TestA": "in A\nin A\nafter A\n", "TestA/s": "in s\n", "TestB": "in B\n",
	} {
		if got := p.printed[name]; got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestWhoRunsAgain(t *testing.T) {
	const a, b = "^=== RUN   TestA\n", "^=== RUN   TestB\n"
	const pausedA, pausedB = a + "^=== PAUSE TestA\n^=== NAME  \n", b + "^=== PAUSE TestB\n^=== NAME  \n"
	const passedA = a + "^--- PASS: TestA (0.00s)\n^=== NAME  \n"
	for _, c := range []struct {
		name, says string
		again      string // batches, separated by commas
		want       string // statuses of TestA, TestB, TestC and TestMain
	}{
		{"the one that runs is to blame", passedA + b, "TestC", "PASS,FAIL,,"},
		{"one in t.Parallel runs no code", pausedA + b, "TestA TestC", ",FAIL,,"},
		{"of two, each may be", pausedA + pausedB + "^=== CONT  TestA\n^=== CONT  TestB\n", "TestA,TestB,TestC", ",,,"},
		{"one says that it fails", pausedA + pausedB + "^=== CONT  TestA\n^=== CONT  TestB\n^--- FAIL: TestA (0.00s)\npanic: x\n", "TestB TestC", "FAIL,,,"},
		{"nobody runs", passedA, "TestB TestC", "PASS FAIL,,,"},
		{"nobody but those in t.Parallel", pausedA + pausedB, "TestA,TestB,TestC", ",,,"},
		{"a single one in t.Parallel", pausedA, "TestB TestC", "FAIL,,,"},
		{"nobody at all", "panic: x\n", "TestA,TestB,TestC", ",,,"},
		{"an end before the end", passedA + "^PASS\n", "TestB TestC", "PASS FAIL,,,"},
		{"an end after a failure", a + "^--- FAIL: TestA (0.00s)\n^=== NAME  \n^FAIL\n", "TestB TestC", "FAIL,,,"},
	} {
		p := newProcess("TestA TestB TestC").says(c.says)
		again := p.ends(crash)
		var got []string
		for _, name := range []string{"TestA", "TestB", "TestC", "TestMain"} {
			got = append(got, p.status(name))
		}
		if strings.Join(again, ",") != c.again || strings.Join(got, ",") != c.want {
			t.Errorf("%s: %q run again, the results are %v", c.name, again, got)
		}
	}
}

// If a process ended with code 0, its tests are good; tests that it did not mention are run one
// by one.
func TestWhatCode0Says(t *testing.T) {
	const a = "^=== RUN   TestA\n"
	const passedA = a + "^--- PASS: TestA (0.00s)\n^=== NAME  \n"
	for _, c := range []struct {
		name, tests, says string
		run               runState
		again, want       string
	}{
		{"TestMain leaves", "TestA TestB", "no server\n", notRun, "", "SKIP,SKIP"},
		{"all is said elsewhere", "TestA TestB", "", completed, "TestA,TestB", ","},
		{"said elsewhere, alone", "TestA", "", completed, "", "PASS,"},
		{"stdout is closed amid a test", "TestA TestB", a, completed, "TestA,TestB", ","},
		{"stdout is closed, alone", "TestA", a, completed, "", "PASS,"},
		{"TestMain takes another test", "TestA", "testing: warning: no tests to run\n^PASS\n", completed, "", "SKIP,"},
		{"m.Run twice", "TestA", passedA + "^PASS\n" + a + "^--- FAIL: TestA (0.00s)\n^FAIL\n", completed, "", "PASS FAIL,"},
	} {
		p := newProcess(c.tests).says(c.says)
		var again []string
		for _, batch := range p.close(processEnd{run: c.run}, p.suspects) {
			again = append(again, batch[0].Name)
		}
		if got := p.status("TestA") + "," + p.status("TestB"); got != c.want || strings.Join(again, ",") != c.again {
			t.Errorf("%s: %q run again, the results are %s", c.name, again, got)
		}
	}
}

// Whatever a process prints, each of its tests has a result or runs again, and a further result
// of a test is bad. That does not go on for ever, and a process that ended badly leaves something
// bad behind, unless it runs again.
func TestEachTestOnce(t *testing.T) {
	lines := []string{"text\n", "^PASS\n", "^FAIL\n", "^=== NAME  \n"}
	for _, test := range []string{"TestA", "TestB", "TestC", "TestA/s", "TestX"} {
		for _, line := range []string{"=== RUN   ", "=== PAUSE ", "=== CONT  ", "=== NAME  ", "--- PASS: ", "--- FAIL: ", "--- SKIP: "} {
			line = "^" + line + test
			if strings.HasPrefix(line, "^-") {
				line += " (0.01s)"
			}
			lines = append(lines, line+"\n")
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SampledFrom([]string{"TestA", "TestB TestA", "TestA TestB TestC"}).Draw(t, "batch")
		p := newProcess(names)
		p.repeats = rapid.Bool().Draw(t, "repeats")
		p.says(strings.Join(rapid.SliceOfN(rapid.SampledFrom(lines), 0, 30).Draw(t, "lines"), ""))
		exitCode := rapid.IntRange(0, 2).Draw(t, "exit code")
		again := p.ends(child.Result{ExitCode: exitCode})
		settled := 0
		for _, name := range strings.Fields(names) {
			times := min(len(p.finished[name]), 1)
			if all := p.finished[name]; len(all) > 2 || len(all) == 2 && (all[0].Outcome.Bad() || !all[1].Outcome.Bad()) {
				t.Fatalf("the results of %s are %s", name, p.status(name))
			}
			settled += times
			for _, batch := range again {
				times += strings.Count(batch, name)
			}
			if times != 1 {
				t.Fatalf("%s has %d results, and %q run again", name, len(p.finished[name]), again)
			}
		}
		if exitCode != 0 && len(again) == 0 && !p.anyBad() {
			t.Fatalf("nothing is bad of a process that ended with exit code %d", exitCode)
		}
		if settled == 0 && slices.Contains(again, names) {
			t.Fatal("this would go on for ever")
		}
	})
}
