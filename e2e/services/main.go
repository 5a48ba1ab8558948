// Services runs public test suites that need PostgreSQL or Redis: plainly, one test after the other
// on one server, and with Bazel, on two servers that are instances of a resource group. Each test
// must have the same outcome, and no two tests may use one server at once.
//
// The script run starts it. It exits with 1 if something is not as it should be, and with 2 if it
// could not work.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
	"github.com/interlock-build/rules_interlock/e2e/services/suites"
)

// Exit codes.
const (
	exitGood   = 0
	exitBad    = 1
	exitBroken = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	good, err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "services:", err)
		os.Exit(exitBroken)
	case !good:
		os.Exit(exitBad)
	}
	os.Exit(exitGood)
}

// options are the command line.
type options struct {
	place     suites.Place
	explained string
	suites    []suites.Suite
	plain     int
	sandboxes []string
	jobs      int
	// keepers are the ways to run Bazel: without a keeper, with one, or both.
	keepers []bool
}

func parseOptions(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("services", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.place.Repository, "repository", os.Getenv("BUILD_WORKSPACE_DIRECTORY"), "the `folder` of rules_interlock")
	flags.StringVar(&o.place.Folder, "folder", "", "a `folder` for what is fetched and generated, which may stay for the next time")
	flags.StringVar(&o.explained, "explained", "", "the `file` of differences that are as they should be")
	flags.IntVar(&o.place.Workers, "workers", 2, "how many tests of one target may run at once")
	flags.IntVar(&o.plain, "plain", 1, "how often each suite runs plainly; 3 finds tests that are flaky by themselves")
	flags.IntVar(&o.jobs, "jobs", 8, "how many targets run at once")
	sandboxes := flags.String("sandboxes", "linux-sandbox,processwrapper-sandbox", "strategies for tests, a `list`; empty for plain runs only")
	keeper := flags.String("keeper", "both", "whether a keeper of services is up while Bazel runs: no, yes or both")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.place.Repository == "" || o.place.Folder == "" || o.explained == "" || o.plain < 1 {
		return o, fmt.Errorf("-repository, -folder and -explained are needed, and -plain has to be at least 1; the script run gives them")
	}
	o.sandboxes = strings.FieldsFunc(*sandboxes, func(r rune) bool { return r == ',' })
	if o.keepers, err = keepersOf(*keeper); err != nil {
		return o, err
	}
	o.suites, err = suites.Named(flags.Args())
	return o, err
}

func keepersOf(word string) ([]bool, error) {
	switch word {
	case "no":
		return []bool{false}, nil
	case "yes":
		return []bool{true}, nil
	case "both":
		return []bool{false, true}, nil
	}
	return nil, fmt.Errorf("-keeper=%s: want no, yes or both", word)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (good bool, err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return false, err
	}
	explained, err := outcomes.ReadExplanations(o.explained)
	if err != nil {
		return false, err
	}
	if err := o.place.Prepare(ctx, o.suites); err != nil {
		return false, err
	}
	good = true
	for _, s := range o.suites {
		c := comparison{suite: s, explained: explained, out: stdout}
		if err := o.compare(ctx, &c); err != nil {
			return false, fmt.Errorf("%s: %w", s, err)
		}
		good = good && c.bad == 0
	}
	return good, ctx.Err()
}

// compare runs a suite in all ways.
func (o options) compare(ctx context.Context, c *comparison) error {
	for range o.plain {
		r, err := o.place.Plain(ctx, c.suite, false)
		if err != nil {
			return err
		}
		c.addPlain(r)
	}
	for _, sandbox := range o.sandboxes {
		for _, keeper := range o.keepers {
			if err := o.withBazel(ctx, c, sandbox, keeper); err != nil {
				return err
			}
		}
	}
	c.end()
	return nil
}

func (o options) withBazel(ctx context.Context, c *comparison, sandbox string, keeper bool) (err error) {
	way := suites.Way{Sandbox: sandbox, Jobs: o.jobs}
	if keeper {
		if way.Prefix, err = o.place.Keeper(ctx); err != nil {
			return err
		}
	}
	r, err := o.place.Bazel(ctx, c.suite, way)
	if err != nil {
		return err
	}
	c.addBazel(way.String(), r)
	return nil
}
