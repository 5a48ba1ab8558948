package service

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/interlock-build/rules_interlock/internal/child"
)

const (
	// firstPause and longestPause are between two checks of an instance that is not yet healthy.
	firstPause, longestPause = 10 * time.Millisecond, 500 * time.Millisecond
	// checkTimeout is how long a health check of a running instance may take: whoever waits for
	// it would rather have a new instance.
	checkTimeout = 10 * time.Second
)

// awaitHealth waits until the instance is healthy.
func (i *Instance) awaitHealth(ctx context.Context, deadline time.Time) error {
	if i.spec.Health == nil {
		return nil
	}
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := i.run(ctx, i.spec.Health, time.Until(deadline))
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("was stopped: %w", context.Cause(ctx))
		case i.Death() != "":
			return fmt.Errorf("has answered, but %s", i.Death())
		case time.Now().Add(pause).After(deadline):
			return fmt.Errorf("has answered, but what it has started is not healthy within %s: %w", i.spec.Timeout, err)
		}
		time.Sleep(pause)
	}
}

// Probe returns why an instance that another process has started cannot be used from here; nil if it
// is healthy, or nothing tells. values is what its setup has printed, and folder its TEST_TMPDIR.
func Probe(ctx context.Context, spec Spec, values map[string]string, in string) error {
	if spec.Health == nil {
		return nil
	}
	i := &Instance{spec: spec, fields: maps.Clone(spec.Fields), values: map[string]string{}, folder: folder{path: in}}
	i.note(values)
	return i.run(ctx, spec.Health, min(checkTimeout, spec.Timeout))
}

// CanReset reports whether Reset does anything.
func (i *Instance) CanReset() bool { return i.spec.Reset != nil }

// Reset puts the instance back into its first state. After an error it must not be used.
func (i *Instance) Reset(ctx context.Context) error {
	if i.spec.Reset == nil {
		return nil
	}
	return i.run(ctx, i.spec.Reset, i.spec.Timeout)
}

// overtime is the cause when a program takes too long.
type overtime time.Duration

func (o overtime) Error() string { return fmt.Sprintf("takes longer than %s", time.Duration(o)) }

// AtOnce leaves the program no grace: somebody waits.
func (overtime) AtOnce() bool { return true }

// run runs one of the unit's programs to its end. Its error says what it printed.
func (i *Instance) run(ctx context.Context, p *Program, within time.Duration) error {
	environ, err := i.fullEnviron()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, max(within, 0), overtime(within.Round(time.Millisecond)))
	defer cancel()
	printed := &tail{}
	if i.log != nil {
		printed.also = i.log
	}
	result, err := child.Run(ctx, child.Command{
		Path: p.Path, Dir: i.spec.Dir, Env: environ, Output: printed, Grace: time.Second,
	})
	switch {
	case err != nil:
		return fmt.Errorf("%s does not start: %w", p.Name, err)
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case result.ExitCode != 0:
		err = fmt.Errorf("%s", endingOf(result))
	default:
		return nil
	}
	if text := printed.String(); text != "" {
		return fmt.Errorf("%s %w; it printed at last:\n%s", p.Name, err, text)
	}
	return fmt.Errorf("%s %w", p.Name, err)
}
