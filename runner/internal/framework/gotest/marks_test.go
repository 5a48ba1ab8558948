package gotest

import (
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/event"
)

const secret = "SECRET"

// newHooked returns a process whose binary has the hook. prints feeds its output, and tells what
// comes separately.
func newHooked(names string) *process {
	p := newProcess(names)
	p.hooked = true
	return p
}

// prints feeds the output; lines that begin with "^" have the marker, and lines that begin with
// "!" are marks.
func (p *process) prints(lines string) *process {
	s := &stream{secret: secret, onMark: locked(p.results, p.mark), onFrame: p.rowInOutput, onOutput: locked(p.results, p.write)}
	for line := range strings.Lines(lines) {
		line = strings.Replace(strings.TrimLeft(line, "\t"), "^", "\x16", 1)
		_, _ = s.Write([]byte(strings.Replace(line, "!", "\x16"+secret+" ", 1)))
	}
	s.Close()
	return p
}

// tells feeds rows of the testing package, and what tests log.
func (p *process) tells(lines string) *process {
	s := &stream{onFrame: func(f frame) bool { return p.hookedRow(f, nil) }, onOutput: locked(p.results, p.logText)}
	for line := range strings.Lines(lines) {
		_, _ = s.Write([]byte(strings.Replace(strings.TrimLeft(line, "\t"), "^", "\x16", 1)))
	}
	s.Close()
	return p
}

func (p *process) endsHooked(t *testing.T, exitCode int) (again []string) {
	t.Helper()
	p.endOfProcess()
	p.settleUntold()
	for _, batch := range p.close(processEnd{Result: child.Result{ExitCode: exitCode}, run: p.runState}, p.suspects) {
		for _, c := range batch {
			again = append(again, c.Name)
		}
	}
	return again
}

func (p *process) statuses(names string) string {
	var all []string
	for _, name := range strings.Fields(names) {
		all = append(all, name+"="+p.status(name))
	}
	return strings.Join(all, " ")
}

// The marks alone decide what has run and how it ended.
func TestMarks(t *testing.T) {
	for _, c := range []struct {
		name, names, prints, tells string
		exitCode                   int
		want                       string
		again                      string
	}{
		{
			name: "results", names: "TestA TestB TestC",
			prints: "!run quiet\n!start TestA\n!end pass 1000 TestA\n!start TestB\n!end fail 1000 TestB\n!start TestC\n!end skip 1000 TestC\nFAIL\n!done\n",
			tells: "^=== RUN   TestA\n^--- PASS: TestA (0.00s)\n^=== NAME  \n^=== RUN   TestB\n^--- FAIL: TestB (0.00s)\n^=== NAME  \n" +
				"^=== RUN   TestC\n^--- SKIP: TestC (0.00s)\n^=== NAME  \n",
			exitCode: 1, want: "TestA=PASS TestB=FAIL TestC=SKIP",
		},
		{
			name: "nothing but marks", names: "TestA TestB",
			prints: "!run quiet\n!start TestA\n!end pass 1000 TestA\n!start TestB\n!end fail 1000 TestB\n!done\n", exitCode: 1, want: "TestA=PASS TestB=FAIL",
		},
		{
			name: "rows that a test prints", names: "TestA TestB",
			prints: "!run quiet\n!start TestA\n^--- FAIL: TestA (0.00s)\n!end pass 1000 TestA\n^--- FAIL: TestA (0.00s)\n^=== RUN   TestB\n" +
				"^--- PASS: TestB (0.00s)\n!start TestB\n!end fail 1000 TestB\n!done\n",
			exitCode: 1, want: "TestA=PASS TestB=FAIL",
		},
		{
			name: "rows where the user wants them", names: "TestA",
			prints: "!run verbose\n^=== RUN   TestA\n!start TestA\n^--- FAIL: TestA (0.00s)\n!end pass 1000 TestA\n^--- PASS: TestA (0.00s)\n!done\n",
			want:   "TestA=PASS",
		},
		{
			name: "marks without the secret", names: "TestA",
			prints: "!run quiet\n!start TestA\n^WRONG end pass 1000 TestA\nend pass 1000 TestA\n!end fail 1000 TestA\n!done\n", exitCode: 1, want: "TestA=FAIL",
		},
		{
			name: "m.Run twice", names: "TestA",
			prints: "!run quiet\n!start TestA\n!end pass 1000 TestA\nPASS\n!done\n!run quiet\n!start TestA\n!end fail 1000 TestA\nFAIL\n!done\n",
			tells:  "^=== RUN   TestA\n^--- PASS: TestA (0.00s)\n^=== NAME  \n^=== RUN   TestA\n^--- FAIL: TestA (0.00s)\n^=== NAME  \n",
			want:   "TestA=PASS FAIL",
		},
		{
			name: "an end amid the second run", names: "TestA TestB",
			prints: "!run quiet\n!start TestA\n!end pass 1000 TestA\n!start TestB\n!end pass 1000 TestB\n!done\n!run quiet\n!start TestA\n",
			want:   "TestA=PASS FAIL TestB=PASS", exitCode: 5,
		},
		{
			name: "an end with code 0 amid a test", names: "TestA TestB",
			prints: "!run quiet\n!start TestA\n", want: "TestA=FAIL TestB=", again: "TestB",
		},
		{name: "TestMain leaves", names: "TestA TestB", prints: "no server\n", want: "TestA=SKIP TestB=SKIP"},
		{
			name: "TestMain leaves one out", names: "TestA TestB", prints: "!run quiet\n!start TestB\n!end pass 1000 TestB\n!done\n",
			want: "TestA=SKIP TestB=PASS",
		},
		{
			name: "a bad end after all", names: "TestA", prints: "!run quiet\n!start TestA\n!end pass 1000 TestA\n!done\nleaked\n", exitCode: 3,
			want: "TestA=PASS FAIL",
		},
		{
			name: "an example that is wrong", names: "ExampleA ExampleB",
			prints: "!run quiet\n!start ExampleA\n!end return 1000 ExampleA\n--- FAIL: ExampleA (0.00s)\ngot:\nx\n!start ExampleB\n!end return 1000 ExampleB\nFAIL\n!done\n",
			want:   "ExampleA=FAIL ExampleB=PASS", exitCode: 1,
		},
	} {
		p := newHooked(c.names).prints(c.prints).tells(c.tells)
		again := p.endsHooked(t, c.exitCode)
		if got := p.statuses(c.names); got != c.want || strings.Join(again, " ") != c.again {
			t.Errorf("%s: got %s, and %q run again; want %s and %q", c.name, got, again, c.want, c.again)
		}
	}
}

// The package and its external tests may have a test of the same name, and one may be paused while
// the other one runs. That holds nothing up, and both results count.
func TestTwoTestsOfOneName(t *testing.T) {
	for _, c := range []struct{ first, second, want string }{
		{"pass", "pass", "TestA=PASS TestB=PASS"},
		{"fail", "pass", "TestA=FAIL TestB=PASS"},
		{"pass", "fail", "TestA=FAIL TestB=PASS"},
	} {
		p := newHooked("TestA TestB")
		rows := make(chan string)
		told := make(chan bool)
		go func() {
			defer close(told)
			for row := range rows {
				p.tells(row)
			}
		}()
		tells := func(row string) {
			select {
			case rows <- row:
			case <-time.After(10 * time.Second):
				t.Fatalf("%s, %s: the row before %q is still waited for", c.first, c.second, row)
			}
		}
		p.prints("!run quiet\n!start TestA\n")
		tells("^=== RUN   TestA\n")
		tells("^=== PAUSE TestA\n")
		tells("^=== RUN   TestA\n")
		p.prints("!start TestA\n!end " + c.second + " 1000 TestA\n")
		tells("^--- " + strings.ToUpper(c.second) + ": TestA (0.00s)\n")
		tells("^=== RUN   TestB\n")
		p.prints("!start TestB\n!end pass 1000 TestB\n")
		tells("^--- PASS: TestB (0.00s)\n")
		tells("^=== CONT  TestA\n")
		p.prints("!end " + c.first + " 1000 TestA\n!done\n")
		tells("^--- " + strings.ToUpper(c.first) + ": TestA (0.00s)\n")
		close(rows)
		<-told
		p.endsHooked(t, 0)
		if got := p.statuses("TestA TestB"); got != c.want {
			t.Errorf("%s, %s: got %s, want %s", c.first, c.second, got, c.want)
		}
	}
}

// The hook skips tests that should not start without a mark, and there may be more of them than
// rows fit into a pipe: nothing waits for them.
func TestRowsOfCasesThatDoNotStart(t *testing.T) {
	p := newHooked("TestA TestB TestC").prints("!run quiet\n!start TestA\n!end pass 1000 TestA\n")
	p.goOn = func(event.Case) event.Answer { return event.Stop }
	link, err := newHookLink()
	if err != nil {
		t.Fatal(err)
	}
	defer link.close()
	s := &stream{onFrame: func(f frame) bool { return p.hookedRow(f, link) }, onOutput: p.logText}
	for _, line := range []string{
		"=== RUN   TestA", "--- PASS: TestA (0.00s)", "=== RUN   TestB", "=== ASK   TestB", "--- SKIP: TestB (0.00s)",
		"=== RUN   TestC", "--- SKIP: TestC (0.00s)",
	} {
		_, _ = s.Write([]byte("\x16" + line + "\n"))
	}
	p.prints("!done\n")
	if again := p.endsHooked(t, 0); strings.Join(again, " ") != "TestB TestC" || p.statuses("TestA TestB TestC") != "TestA=PASS TestB= TestC=" {
		t.Errorf("%q run again, the results are %s", again, p.statuses("TestA TestB TestC"))
	}
	if text := p.printed[""]; text != "" {
		t.Errorf("the log has %q", text)
	}
}

// What a test logs is seen only if it fails, with each line under the subtest
// that logged it, and what it prints always.
func TestLogOfATest(t *testing.T) {
	p := newHooked("TestA TestB").prints("!run quiet\n!start TestA\nprinted\n!end pass 1000 TestA\n!start TestB\n!end fail 1000 TestB\nFAIL\n!done\n")
	p.tells(`^=== RUN   TestA
	    a_test.go:1: nobody sees this
	^--- PASS: TestA (0.00s)
	^=== NAME  
	^=== RUN   TestB
	^=== RUN   TestB/x
	^=== PAUSE TestB/x
	^=== NAME  TestB
	^=== RUN   TestB/y
	^=== PAUSE TestB/y
	^=== NAME  TestB
	^=== CONT  TestB/y
	    b_test.go:1: y is wrong
	^=== NAME  TestB/x
	    b_test.go:1: x is right
	^--- PASS: TestB/x (0.00s)
	^--- FAIL: TestB/y (0.00s)
	^--- FAIL: TestB (0.00s)
	^=== NAME  
	`)
	p.endsHooked(t, 1)
	if got := p.printed["TestA"]; got != "printed\n" {
		t.Errorf("TestA: %q", got)
	}
	const want = "--- FAIL: TestB (0.00s)\n    --- FAIL: TestB/y (0.00s)\n        b_test.go:1: y is wrong\n"
	if got := strings.ReplaceAll(p.printed["TestB"], "            b_", "        b_"); got != want {
		t.Errorf("TestB: %q", got)
	}
	if got := p.finished["TestB"][0].Outcome.Message; got != "TestB/y: b_test.go:1: y is wrong" {
		t.Errorf("the message is %q", got)
	}
}
