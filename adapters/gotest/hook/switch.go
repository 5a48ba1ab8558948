package hook

import (
	"flag"
	"os"
	"unsafe"
)

// When a run begins, and again behind its last test, for fuzz tests, the testing package decides by
// the flag -test.v whether it reports results, and writes them to os.Stdout. So while no test runs,
// the flag is set and os.Stdout is the runner's. Both are as the user wants them before the next
// test begins. Which test is the last one nobody knows, because TestMain may choose some.
//
// If the user asks for -test.v, results go to the user's output, but in lines that the runner can
// distinguish from others.
type saved struct {
	on, json bool
	stdout   *os.File
}

var before *saved

// verbosity is the layout of the value of -test.v (type chattyFlag of package
// testing, the same since Go 1.20).
type verbosity struct{ on, json bool }

// flagV is the value of -test.v, or nil if it is not what we know.
func flagV() *verbosity {
	f := flag.Lookup("test.v")
	if f == nil || !knownVerbosity(f.Value) {
		return nil
	}
	return (*verbosity)(interfaceData(f.Value))
}

// knownVerbosity checks, by the flag's own methods, that its value has the layout that we assume.
func knownVerbosity(v flag.Value) bool {
	g, ok := v.(flag.Getter)
	if !ok {
		return false
	}
	p := (*verbosity)(interfaceData(v))
	switch g.Get() {
	case false:
		return !p.on
	case true:
		return p.on && !p.json
	case "test2json":
		return p.on && p.json
	}
	return false
}

// interfaceData returns the pointer in an interface value.
func interfaceData(v flag.Value) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&v))[1]
}

// enters is called before a test or fuzz test begins.
func (l *link) enters() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running++
	setUserMode()
}

// leaves is called when it has ended.
func (l *link) leaves() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running--; l.running == 0 && l.hasFuzz {
		setTestingMode()
	}
}

// setTestingMode makes the testing package report results. Goroutines that TestMain has started
// may print at the same time: they see one file or the other, so this race does not matter.
//
//go:norace
func setTestingMode() {
	v := flagV()
	if v == nil || before != nil {
		return
	}
	before = &saved{on: v.on, json: v.json, stdout: os.Stdout}
	if !v.on {
		os.Stdout = runner.events
	}
	v.on, v.json = true, true
}

// setUserMode undoes setTestingMode. If TestMain has chosen no test, an example may
// be first; then os.Stdout is what collects its output.
//
//go:norace
func setUserMode() {
	if before == nil {
		return
	}
	v := flagV()
	v.on, v.json = before.on, before.json
	if os.Stdout == runner.events {
		os.Stdout = before.stdout
	} else if os.Stdout != before.stdout {
		return
	}
	before = nil
}
