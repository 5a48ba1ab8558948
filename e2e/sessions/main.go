// Sessions runs pytest suites as pytest does, as pytest-xdist does, and with the runner, and
// compares the results: the verdict of a run must be that of pytest's own session. The script run
// starts it.
//
//	sessions PLACES [known | generated] [FLAG...]
//
// The parts are:
//
//   - The suites: those in the folder known, whose right results are in a table
//     (cases.go), and those that are made from a seed (generate.go), for which
//     plain pytest decides what is right.
//   - The ways to run one (way.go), and the result (result.go).
//   - The comparison (compare.go), with a rule for each allowed difference
//     (rules.go).
//
// It exits with 1 if a known suite is not as it should be, or if no rule explains a difference,
// and with 2 if it could not work.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
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
	code, err := run(ctx, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "sessions:", err)
		code = exitBroken
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string) (code int, err error) {
	o, err := parseOptions(args)
	if err != nil {
		return exitBroken, err
	}
	good := true
	for _, part := range []struct {
		asked bool
		check func(context.Context, bench, options) (bool, error)
	}{
		{o.known, checkKnown},
		{o.generated, checkGenerated},
	} {
		if !part.asked {
			continue
		}
		ok, err := part.check(ctx, o.bench, o)
		if err = errors.Join(err, ctx.Err()); err != nil {
			return exitBroken, err
		}
		good = good && ok
	}
	if !good {
		return exitBad, nil
	}
	return exitGood, nil
}
