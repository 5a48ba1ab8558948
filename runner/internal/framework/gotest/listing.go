package gotest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/event"
)

// List returns all cases of the binary, in the order in which it runs them: by the names that the
// build knows, or by -test.list. A process that lists runs as part of batch, and may use what
// batch holds.
func (b *Binary) List(ctx context.Context, batch event.Batch) ([]event.Case, error) {
	names := b.options.Names
	if names == nil {
		var err error
		if names, err = b.listed(ctx, batch); err != nil {
			return nil, err
		}
	}
	var cases []event.Case
	known := map[string]bool{}
	for _, name := range names {
		if !known[name] {
			known[name] = true
			cases = append(cases, event.Case{Name: name, Class: b.options.Class})
		}
	}
	b.all = len(cases)
	return cases, nil
}

// listed asks the binary for its names.
func (b *Binary) listed(ctx context.Context, batch event.Batch) ([]string, error) {
	var stdout, stderr excerpt
	var names nameList
	env, done, err := b.options.Env(batch)
	if err != nil {
		return nil, err
	}
	defer done()
	result, err := child.Run(ctx, child.Command{
		Path: b.options.Path, Args: append([]string{"-test.list=.*"}, b.flags.rest...), Env: env, Dumps: true,
		Output: writer(func(text []byte) { stdout.add(text); names.add(text) }), Errors: writer(stderr.add),
		Grace: b.options.Grace,
	})
	switch {
	case err != nil:
		return nil, err
	case ctx.Err() != nil:
		return nil, fmt.Errorf("listing the tests was stopped: %w\n%s", context.Cause(ctx), saidBy(stdout, stderr))
	case result.ExitCode != 0:
		return nil, fmt.Errorf("listing the tests failed (%s): %s\nhint: -test.list runs init and TestMain, which have to work for it",
			ending(result), saidBy(stdout, stderr))
	}
	found, err := names.end()
	if err != nil {
		return nil, fmt.Errorf("listing the tests: %w\nhint: -test.list runs init and TestMain; let them write to stderr, "+
			"or give the test as a target of rules_go, whose cases the build knows", err)
	}
	if len(found) == 0 && !isOfGo(b.options.Path) {
		return nil, fmt.Errorf("the program of %s is not a Go test: it answers -test.list with: %s\n"+
			"hint: set framework = \"exec\" for a program of another kind; it is one case", b.options.Class, saidBy(stdout, stderr))
	}
	return found, nil
}

// buildInfo is in each program that Go has linked (debug/buildinfo).
var buildInfo = []byte("\xff Go buildinf:")

func isOfGo(path string) bool {
	text, err := os.ReadFile(path)
	return err == nil && bytes.Contains(text, buildInfo)
}

func saidBy(stdout, stderr excerpt) string {
	if text := strings.TrimSpace(stdout.String() + stderr.String()); text != "" {
		return text
	}
	return "(it said nothing)"
}

type writer func([]byte)

func (w writer) Write(text []byte) (int, error) { w(text); return len(text), nil }

// A nameList reads what -test.list prints, mixed with what user code may print to the same place.
// Each name ends a line, so a line that does not end in a name has none.
type nameList struct{ text strings.Builder }

func (l *nameList) add(text []byte) { l.text.Write(text) }

var (
	// identifier matches the end of a line that may be a name.
	identifier = regexp.MustCompile(`[\pL_][\pL\p{Nd}_]*$`)
	// kinds begin the names that -test.list prints. Benchmarks are not cases.
	kinds = regexp.MustCompile(`Test|Example|Fuzz|Benchmark`)
)

// end returns the names, in the order printed, with repetitions.
func (l *nameList) end() ([]string, error) {
	var names []string
	for line := range strings.Lines(l.text.String()) {
		name, err := nameAtEnd(strings.TrimRight(line, "\r\n"))
		if err != nil {
			return nil, err
		}
		if name != "" && !strings.HasPrefix(name, "Benchmark") {
			names = append(names, name)
		}
	}
	return names, nil
}

// nameAtEnd returns the name at the end of a line, or "".
func nameAtEnd(line string) (string, error) {
	word := identifier.FindString(line)
	starts := kinds.FindAllStringIndex(word, -1)
	switch {
	case len(starts) == 0:
		return "", nil
	case word == line && starts[0][0] == 0, len(starts) == 1:
		return word[starts[0][0]:], nil
	}
	return "", fmt.Errorf("it is not clear which name this line ends in: %q", line)
}

// isName reports whether a row of the testing package can be about a case.
func isName(name string) bool {
	at := kinds.FindStringIndex(name)
	return at != nil && at[0] == 0 && identifier.FindString(name) == name && !strings.HasPrefix(name, "Benchmark")
}
