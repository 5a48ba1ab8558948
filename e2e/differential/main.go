// Differential runs the tests of public Go modules and Python projects twice, as `go test` or
// pytest does and with the runner, and compares them outcome by outcome: each test and subtest
// must have the same outcome, exactly once over all shards.
//
// The script run starts it. It exits with 1 if a difference is not explained,
// and with 2 if it could not work.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// Exit codes.
const (
	exitSame   = 0
	exitDiffer = 1
	exitBroken = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// options are the command line.
type options struct {
	data, runner, adapter, work string
	logs                        string
	targets                     []string
	shards, workers             numbers
	limit                       time.Duration
	jobs                        int
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{workers: numbers{0, 1, 4}}
	flags := flag.NewFlagSet("differential", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.data, "data", "", "the `folder` of modules.txt, suites.txt and explained.txt")
	flags.StringVar(&o.runner, "runner", "", "the runner's `file`")
	flags.StringVar(&o.adapter, "adapter", "", "the `folder` of interlock_pytest")
	flags.StringVar(&o.work, "work", "", "the `folder` to write to")
	flags.StringVar(&o.logs, "logs", "", "a `folder` for what all runs write, if that is to be kept")
	flags.Var(&o.shards, "shards", "how many shards, a `list` (default 1,2,5 for modules and 1,3 for suites)")
	flags.Var(&o.workers, "workers", "how many workers, a `list`")
	flags.DurationVar(&o.limit, "limit", 2*time.Minute, "how long a package or suite may take without the runner")
	flags.IntVar(&o.jobs, "jobs", 2, "how many packages of a module, or pytests of a suite, are tested at once")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.data == "" || o.runner == "" || o.adapter == "" || o.work == "" || o.jobs < 1 {
		return o, fmt.Errorf("-data, -runner, -adapter and -work are needed, and -jobs has to be at least 1; the script run gives them")
	}
	o.targets = flags.Args()
	return o, nil
}

// whole reports whether every explanation must be used.
func (o options) whole() bool { return len(o.shards) == 0 && len(o.workers) == 3 }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	code, err := compareTargets(ctx, args, stdout, stderr)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "differential:", err)
		return exitBroken
	}
	return code
}

func compareTargets(ctx context.Context, args []string, stdout, stderr io.Writer) (int, error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return exitBroken, err
	}
	targets, err := readTargets(o.data, o.targets)
	if err != nil {
		return exitBroken, err
	}
	explained, err := outcomes.ReadExplanations(filepath.Join(o.data, "explained.txt"))
	if err != nil {
		return exitBroken, err
	}
	bench, err := newBench(ctx, o)
	if err != nil {
		return exitBroken, err
	}
	code := exitSame
	for i, t := range targets {
		r, err := bench.test(ctx, fmt.Sprint(i), t)
		if err != nil {
			return exitBroken, fmt.Errorf("%s: %w", t, err)
		}
		if !r.print(stdout, explained, o.whole()) {
			code = exitDiffer
		}
	}
	return code, ctx.Err()
}
