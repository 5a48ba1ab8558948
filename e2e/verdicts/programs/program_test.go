// Package programs is a test whose TestMain and tests do what a seed says: most things that
// TestMains of public repositories do, and some that only a buggy one does.
package programs

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// seed is 0 in a process that a program has started again.
var seed, _ = strconv.ParseUint(os.Getenv("SEED"), 10, 64)

// Initialization before TestMain may also start the program again. That process is independent:
// no variable of the runner is left for it.
var _ = func() bool {
	for _, variable := range os.Environ() {
		if strings.HasPrefix(variable, "INTERLOCK_GOTEST=") {
			panic("a package is initialised before the hook: " + variable)
		}
	}
	if d := diceOf(3000); d.oneIn(15) {
		startAgain("-test.run=TestA")
	}
	return true
}()

// dice belong to one place in the program, so that it does the same whatever else runs in the
// process.
type dice struct{ *rand.Rand }

func diceOf(place uint64) dice { return dice{rand.New(rand.NewPCG(seed, place))} }

// oneIn returns true once in n times.
func (d dice) oneIn(n int) bool { return seed != 0 && d.IntN(n) == 0 }

func TestMain(m *testing.M) {
	d := diceOf(1000)
	say(d, "TestMain begins")
	flag.Parse()
	setFlags(d)
	switch {
	case d.oneIn(25):
		fmt.Println("there is no server: nothing to test")
		if d.oneIn(2) {
			os.Exit(0)
		}
		return
	case d.oneIn(40):
		fmt.Fprintln(os.Stderr, "the set-up failed")
		os.Exit(1 + d.IntN(3))
	case d.oneIn(60):
		panic("the set-up panics")
	}
	if d.oneIn(12) {
		startAgain("-test.run=TestA")
	}
	redirect(d)
	code := 0
	for range []int{1, 1, 1, 1, 1, 1, 2, 3}[d.IntN(8)] {
		code = max(code, m.Run())
	}
	say(d, "TestMain ends")
	switch {
	case d.oneIn(15):
		code = 3
	case d.oneIn(60):
		panic("the end panics")
	case d.oneIn(3):
		return // with what the last m.Run has returned
	}
	os.Exit(code)
}

// say may print something, with or without a newline, to one stream or the other.
func say(d dice, text string) {
	to := []io.Writer{os.Stdout, os.Stderr}[d.IntN(2)]
	switch {
	case d.oneIn(3):
		fmt.Fprintln(to, text)
	case d.oneIn(3):
		fmt.Fprint(to, text+" ... ")
	case d.oneIn(6):
		fmt.Fprint(to, "\x16--- FAIL: TestA (0.00s)\n\x16=== RUN   TestB\n")
	case d.oneIn(6):
		fmt.Fprint(to, "--- FAIL: TestC (0.00s)\nFAIL\n")
	case d.oneIn(6):
		fmt.Fprint(to, "TestNone\nTestMore of it\n")
	}
}

func setFlags(d dice) {
	for name, value := range map[string]string{"test.v": "true", "test.count": "2", "test.run": "A|B|F", "test.parallel": "3"} {
		if diceOf(uint64(len(name)) + 2000).oneIn(12) {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
}

// redirect sends the output of the tests elsewhere.
func redirect(d dice) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	switch {
	case d.oneIn(25):
		os.Stdout = null
	case d.oneIn(50):
		os.Stdout.Close()
	case d.oneIn(25):
		os.Stderr = null
	}
}

// startAgain starts this program again, which shares the output.
func startAgain(args ...string) {
	again := exec.Command(os.Args[0], append(os.Args[1:len(os.Args):len(os.Args)], args...)...)
	again.Env = append(os.Environ(), "SEED=0", "XML_OUTPUT_FILE=", "GO_TEST_WRAP=0")
	again.Stdout, again.Stderr = os.Stdout, os.Stderr
	_ = again.Run()
}

func act(t testing.TB, place uint64) {
	d := diceOf(place)
	say(d, t.Name())
	t.Log("a word before")
	if d.oneIn(20) {
		out := os.Stdout // an example's output is compared
		go func() {
			for range 5 {
				time.Sleep(time.Millisecond)
				fmt.Fprintln(out, "from a goroutine that goes on")
			}
		}()
	}
	switch {
	case d.oneIn(9):
		t.Error("it is wrong")
	case d.oneIn(9):
		t.Skip("not today")
	case d.oneIn(30):
		t.Fatal("it is very wrong")
	case d.oneIn(60):
		panics.Store(t.Name())
		panic("it panics")
	case d.oneIn(80):
		panics.Store(t.Name())
		runtime.Goexit()
	case d.oneIn(60):
		os.Exit(4)
	case d.oneIn(30):
		startAgain("-test.run=Test[AB]", "-test.v=test2json")
	case d.oneIn(80):
		os.Stdout.Close()
	}
	if d.oneIn(15) {
		t.Cleanup(func() { t.Error("the end is wrong") })
	}
	say(d, t.Name()+" ends")
}

// witness notes the result of a case, so that it is known whatever the output says: "NAME pass",
// "NAME fail" or "NAME skip".
func witness(t testing.TB) {
	if seed == 0 {
		return
	}
	returned := false
	t.Cleanup(func() {
		outcome := "fail"
		switch {
		case t.Failed() || !returned && !t.Skipped():
		case t.Skipped():
			outcome = "skip"
		default:
			outcome = "pass"
		}
		note(t.Name(), outcome)
	})
	// Cleanups run in the reverse order, so this one notes whether the function has
	// returned, which it has if no panic is under way.
	t.Cleanup(func() { returned = !t.Failed() && !t.Skipped() && panics.Load() != t.Name() })
}

// panics is the name of the test that is about to panic, if one is. Others may end beside it.
var panics atomic.Value

func note(name, outcome string) {
	journal, err := os.OpenFile(os.Getenv("TEST_UNDECLARED_OUTPUTS_DIR")+"/journal", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	defer journal.Close()
	fmt.Fprintln(journal, name, outcome)
}

func TestA(t *testing.T) { witness(t); act(t, 1) }
func TestB(t *testing.T) { witness(t); act(t, 2) }

func TestC(t *testing.T) {
	witness(t)
	t.Run("one", func(t *testing.T) { act(t, 3) })
	t.Run("two", func(t *testing.T) { t.Parallel(); act(t, 4) })
}

func TestD(t *testing.T) { witness(t); t.Parallel(); act(t, 5) }
func TestE(t *testing.T) { witness(t); t.Parallel(); act(t, 6) }

// rules_go runs it, whatever go vet says about its name.
func TestfSmall(t *testing.T) { witness(t); act(t, 7) }

func FuzzG(f *testing.F) {
	witness(f)
	f.Add(1)
	f.Fuzz(func(t *testing.T, _ int) {
		if diceOf(8).oneIn(20) {
			t.Error("the seed is wrong")
		}
	})
}

func ExampleH() {
	if diceOf(9).oneIn(20) {
		fmt.Println("wrong")
	}
	fmt.Println("right")
	// Output: right
}
