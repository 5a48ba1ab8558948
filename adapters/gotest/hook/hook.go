// Package hook is linked into the test binaries of rules_go that Interlock runs. The runner tells
// it which cases to run, and it reports their results to the runner. So it needs neither the
// arguments nor the output of the tests.
//
// The main package that rules_go generates is compiled again, with calls of this package
// (adapters/gotest/testmain). A binary that the runner has not started, such as one that a test
// starts, behaves as it would without the hook.
//
// The parts are:
//   - channel.go: the messages between the binary and the runner;
//   - switch.go: how the testing package is made to report results, although
//     testing.Verbose is false.
//
// It depends only on the standard library, and on nothing in it that Go 1.21 does not have.
package hook

import (
	"flag"
	"os"
	"strconv"
	"testing"
)

// Tests returns the tests that the runner asks for.
func Tests(all []testing.InternalTest) []testing.InternalTest {
	if runner == nil {
		return all
	}
	asked := make([]testing.InternalTest, 0, len(all))
	for _, test := range all {
		if runner.asksFor(test.Name) {
			runner.hasTests = true
			asked = append(asked, testing.InternalTest{Name: test.Name, F: func(t *testing.T) {
				returned := watch(t, test.Name)
				test.F(t)
				returned()
			}})
		}
	}
	return asked
}

// Fuzz returns the fuzz tests that the runner asks for.
func Fuzz(all []testing.InternalFuzzTarget) []testing.InternalFuzzTarget {
	if runner == nil {
		return all
	}
	var asked []testing.InternalFuzzTarget
	for _, target := range all {
		if runner.asksFor(target.Name) {
			runner.hasFuzz = true
			asked = append(asked, testing.InternalFuzzTarget{Name: target.Name, Fn: func(f *testing.F) {
				returned := watch(f, target.Name)
				target.Fn(f)
				returned()
			}})
		}
	}
	return asked
}

// watch reports that a test or fuzz test begins and, when the last of its cleanups has run, how
// it has ended. The caller calls returned when the test's function has returned.
func watch(t testing.TB, name string) (returned func()) {
	runner.enters()
	if !runner.mayStart(name) {
		runner.leaves()
		t.SkipNow()
	}
	hasReturned := false
	began := runner.began(name)
	// The first cleanup is the last to run, after all subtests.
	t.Cleanup(func() {
		defer runner.leaves()
		switch {
		case t.Failed():
			runner.ended(name, failed, began)
		case t.Skipped():
			runner.ended(name, skipped, began)
		case hasReturned:
			runner.ended(name, passed, began)
		} // otherwise it panics, and the process shows that
	})
	return func() { hasReturned = true }
}

// Examples returns the examples that the runner asks for. What an example has printed is compared
// after its function has returned, so an example that passes here may still fail: then the
// testing package prints that.
func Examples(all []testing.InternalExample) []testing.InternalExample {
	if runner == nil {
		return all
	}
	var asked []testing.InternalExample
	for _, example := range all {
		if runner.asksFor(example.Name) {
			example.F = watchedExample(example)
			asked = append(asked, example)
		}
	}
	return asked
}

func watchedExample(example testing.InternalExample) func() {
	f, name := example.F, example.Name
	return func() {
		setUserMode()
		if !runner.mayStart(name) {
			_, _ = os.Stdout.WriteString(example.Output) // the right output: it does not count
			return
		}
		began := runner.began(name)
		f()
		runner.ended(name, returned, began)
	}
}

// Ready is called when the flags of the testing package are known, but before the arguments are
// read, which take precedence.
func Ready() {
	if runner == nil {
		return
	}
	// With this flag the testing package reports when a run begins and ends. And as with go test,
	// os.Exit(0) during a test is a panic: otherwise nobody would know of the tests after it.
	set("test.paniconexit0", "true")
	if runner.header.Parallel > 0 {
		set("test.parallel", strconv.Itoa(runner.header.Parallel))
	}
	if runner.header.FailFast {
		set("test.failfast", "true")
	}
}

// how says where results go: "verbose" means to the output, because the user asks for -test.v,
// and "quiet" only to the runner.
func how() string {
	if v := flagV(); v != nil && v.on {
		return "verbose"
	}
	return "quiet"
}

func set(name, value string) { _ = flag.Set(name, value) }

// Running is called when m.Run begins, and when it ends.
func Running(begins bool) {
	if runner == nil {
		return
	}
	if begins {
		runner.runBegins(how())
		if runner.hasTests || runner.hasFuzz {
			setTestingMode()
		}
		return
	}
	setUserMode()
	runner.runEnds()
}
