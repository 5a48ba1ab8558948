// Differential runs the tests of public Go modules twice, as `go test` does and
// with the runner, and compares them outcome by outcome: each test and subtest
// has to end alike, exactly once over all shards.
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
	data, runner, work string
	logs               string
	modules            []string
	shards, workers    numbers
	limit              time.Duration
	jobs               int
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{shards: numbers{1, 2, 5}, workers: numbers{0, 1, 4}}
	flags := flag.NewFlagSet("differential", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.data, "data", "", "the `folder` of modules.txt and explained.txt")
	flags.StringVar(&o.runner, "runner", "", "the runner's `file`")
	flags.StringVar(&o.work, "work", "", "the `folder` to write to")
	flags.StringVar(&o.logs, "logs", "", "a `folder` for what all runs write, if that is to be kept")
	flags.Var(&o.shards, "shards", "how many shards, a `list`")
	flags.Var(&o.workers, "workers", "how many workers, a `list`")
	flags.DurationVar(&o.limit, "limit", 2*time.Minute, "how long a package may take under go test")
	flags.IntVar(&o.jobs, "jobs", 2, "how many packages are tested at once")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.data == "" || o.runner == "" || o.work == "" || o.jobs < 1 {
		return o, fmt.Errorf("-data, -runner and -work are needed, and -jobs has to be at least 1; the script run gives them")
	}
	o.modules = flags.Args()
	return o, nil
}

// whole reports whether every explanation should be of use.
func (o options) whole() bool { return len(o.shards) == 3 && len(o.workers) == 3 }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	code, err := compareModules(ctx, args, stdout, stderr)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "differential:", err)
		return exitBroken
	}
	return code
}

func compareModules(ctx context.Context, args []string, stdout, stderr io.Writer) (int, error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return exitBroken, err
	}
	modules, err := readModules(filepath.Join(o.data, "modules.txt"), o.modules)
	if err != nil {
		return exitBroken, err
	}
	explained, err := readExplanations(filepath.Join(o.data, "explained.txt"))
	if err != nil {
		return exitBroken, err
	}
	bench, err := newBench(ctx, o)
	if err != nil {
		return exitBroken, err
	}
	code := exitSame
	for i, m := range modules {
		r, err := bench.module(ctx, fmt.Sprint(i), m)
		if err != nil {
			return exitBroken, fmt.Errorf("%s: %w", m, err)
		}
		if !r.print(stdout, explained, o.whole()) {
			code = exitDiffer
		}
	}
	return code, ctx.Err()
}
