// Package gotest is the framework for Go test binaries. Their tests, examples and the seeds of
// their fuzz tests are cases, and several cases may share a process.
//
// It starts the binary with -test.v=test2json and follows its output, as `go test -json` does.
// The exit code has the last word. If a process ends badly without a bad test, its tests are bad.
// Tests that it does not mention are judged one by one, by the exit code of a process of their
// own. If a process ends before its tests have a result, the test that ended it fails, and the
// others run again in another process.
//
// The names of the cases come from the build, or else from -test.list. TestMain runs in each
// process: in one that lists, in one for each batch, and in those that run something again.
// Without workers it runs once, unless a test ends its process.
package gotest

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/event"
)

// maxPattern limits the length of a value of -test.run: Linux allows 128 KiB for one argument
// (execve(2), MAX_ARG_STRLEN).
const maxPattern = 100 << 10

// Options say how to start a test binary.
type Options struct {
	// Class is what the cases are part of, in JUnit's sense.
	Class string
	// Path is the binary's file.
	Path string
	// Args are the user's arguments.
	Args []string
	// Names are the names of its cases, in the order in which it runs them; nil if only the
	// binary knows them. A name may occur several times.
	Names []string
	// Hooked says whether the binary has the hook (adapters/gotest/hook). The hook is not used if
	// arguments ask for something from a process as a whole.
	Hooked bool
	// Parallel is how many tests that call t.Parallel may run at once in a process, unless the
	// arguments say so; 0 leaves it to the binary.
	Parallel int
	// Dir is a folder for small files of this package; "" means the machine's.
	Dir string
	// Env returns the whole environment of one more process, for a batch, and a function to call
	// when the process has ended.
	Env func(event.Batch) (env []string, done func(), err error)
	// Filter is the value of --test_filter; it replaces -test.run and
	// -test.skip among the arguments, as with rules_go.
	Filter string
	// FailFast says whether a process starts no test after one that failed.
	FailFast bool
	// Shuffle is the seed of a random order, -test.shuffle; 0 means none.
	Shuffle int64
	// LeakTimeout is how long the output of a process may stay open after it has ended. 0 means
	// any time, and nothing checks what it leaves behind.
	LeakTimeout time.Duration
	// Stdin is the standard input of the tests.
	Stdin *os.File
	// Grace is how long a process has between SIGTERM and SIGKILL.
	Grace time.Duration
}

// Binary is a Go test binary.
type Binary struct {
	options  Options
	flags    flags
	filter   filter
	all      int // how many tests there are
	suspects *suspects
}

// New returns the binary that options describe. The error is for arguments or a filter that makes
// no sense.
func New(options Options) (*Binary, error) {
	f, err := parseFlags(options.Args)
	if err != nil {
		return nil, err
	}
	if options.Filter != "" {
		f.run, f.skip = bridgeFilter(options.Filter, f)
	}
	if f.single {
		// The selection may be none of the cases, such as a benchmark.
		options.Hooked, options.Names = false, nil
	}
	options.Hooked = options.Hooked && runtime.GOOS != "windows" // no descriptors there
	b := &Binary{options: options, flags: f, suspects: newSuspects()}
	b.filter, err = newFilter(f.run, f.skip)
	return b, err
}

// Whole reports whether the arguments ask for something that belongs to one
// process with all tests, such as a profile.
func (b *Binary) Whole() bool { return b.flags.single }

// Asks reports whether a process asks before it starts a further case.
func (b *Binary) Asks() bool { return b.options.Hooked }

// FailFast reports whether the arguments have -test.failfast.
func (b *Binary) FailFast() bool { return b.flags.failFast }

// Verbose reports whether the arguments have -test.v.
func (b *Binary) Verbose() bool { return b.flags.verbose }

// AsksFor reports whether the filter or the arguments ask for a case.
func (b *Binary) AsksFor(c event.Case) bool { return b.filter.asksFor(c.Name) }

// Run runs the cases of a batch in one process, as many as it can name, and returns batches to
// run in others.
func (b *Binary) Run(ctx context.Context, batch event.Batch, report event.Report) (again [][]event.Case) {
	report = b.suspects.watch(report)
	if batch.Cases[0].Process {
		return b.runUnlisted(ctx, batch, report)
	}
	cases, pattern, later := b.split(batch.Cases)
	if len(later) > 0 {
		again = append(again, later)
	}
	r := b.newResults(cases, report)
	end, err := b.follow(ctx, batch, pattern, r)
	if err != nil {
		for _, c := range cases {
			report.Finished(c, startFailure(err))
		}
		return again
	}
	again = append(again, r.close(end, b.suspects)...)
	r.reportProcess(end.Result)
	return again
}

func (b *Binary) newResults(cases []event.Case, report event.Report) *results {
	r := newResults(b.options.Class, cases, b.flags.repeats, report)
	r.failFast = b.options.FailFast || b.flags.failFast
	return r
}

// follow runs a process to its end, for the tests that a pattern names or that the hook is told.
func (b *Binary) follow(ctx context.Context, batch event.Batch, pattern string, r *results) (processEnd, error) {
	if b.options.Hooked {
		return b.followHooked(ctx, batch, r)
	}
	log, err := newRunLog(b.options.Dir)
	if err != nil {
		return processEnd{}, err
	}
	defer log.remove()
	s := &stream{onFrame: r.frame, onOutput: r.write}
	ours := append(b.selection(pattern), log.flag())
	if !batch.Deadline.IsZero() && !b.flags.timeout {
		ours = append(ours, fmt.Sprintf("-test.timeout=%s", time.Until(batch.Deadline)+afterOurs))
	}
	result, err := b.start(ctx, batch, ours, s, nil)
	s.Close()
	return processEnd{Result: result, stopped: ctx.Err() != nil, run: log.read()}, err
}

func startFailure(err error) event.Result {
	return event.Result{Outcome: event.Outcome{Status: event.Errored, Type: event.TypeStart, Message: err.Error()}}
}

// start runs a process with our flags before the user's, which take precedence if both set one.
func (b *Binary) start(ctx context.Context, batch event.Batch, ours []string, output io.Writer, link *hookLink) (child.Result, error) {
	env, done, err := b.options.Env(batch)
	if err != nil {
		return child.Result{}, err
	}
	defer done()
	return child.Run(ctx, child.Command{
		Path: b.options.Path, Args: append(ours, b.flags.rest...), Env: append(env, link.environ()...), Dumps: true,
		Extra: link.files(), Begun: link.started,
		Stdin: b.options.Stdin, Output: output, Grace: b.options.Grace, Hurry: batch.Lost, LeakTimeout: b.options.LeakTimeout,
	})
}

// afterOurs is how much later than the runner's time limit the binary's own is: the runner knows
// which case exceeded it, and asks for the stacks.
const afterOurs = 200 * time.Millisecond

// selection returns the flags for the tests that a pattern names, or for all tests if it is
// empty.
func (b *Binary) selection(pattern string) []string {
	// As with `go test`, os.Exit(0) during a test is a panic: otherwise nobody would know of the
	// tests after it.
	args := append([]string{"-test.v=test2json", "-test.paniconexit0"}, b.chosen(pattern)...)
	if b.options.FailFast {
		args = append(args, "-test.failfast")
	}
	if b.options.Parallel > 0 && !b.flags.parallel {
		args = append(args, fmt.Sprintf("-test.parallel=%d", b.options.Parallel))
	}
	return args
}

// hookedArgs returns the flags for what the user asks for, for a process that the hook tells
// which tests to run.
func (b *Binary) hookedArgs() []string {
	args := b.chosen(b.flags.run)
	if b.flags.verbose {
		args = append(args, "-test.v")
	}
	return args
}

// chosen returns the flags that select the tests to run, and their order.
func (b *Binary) chosen(pattern string) (args []string) {
	if pattern != "" {
		args = append(args, "-test.run="+pattern)
	}
	if b.flags.skip != "" {
		args = append(args, "-test.skip="+b.flags.skip)
	}
	if b.options.Shuffle != 0 {
		args = append(args, fmt.Sprintf("-test.shuffle=%d", b.options.Shuffle))
	}
	return args
}

// split returns as many cases as one pattern can name, with that pattern, which is empty for all
// tests, and the remaining cases.
func (b *Binary) split(batch []event.Case) (now []event.Case, pattern string, later []event.Case) {
	if b.options.Hooked || len(batch) == b.all && b.filter.all && b.flags.skip == "" {
		return batch, "", nil
	}
	n, size := 0, 0
	for n < len(batch) && (n == 0 || size < maxPattern) {
		size += len(b.filter.patternFor([]string{batch[n].Name})) + 1
		n++
	}
	var names []string
	for _, c := range batch[:n] {
		names = append(names, c.Name)
	}
	return batch[:n], b.filter.patternFor(names), batch[n:]
}
