package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/guard"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/host"
	"github.com/interlock-build/rules_interlock/internal/lock/notice"
)

// patience is how long Lock waits before it reports that it waits.
const patience = time.Second

// ending are the signals that ask a process to end, except those that the parent process wants
// ignored, as nohup does: the program ignores them, too.
func ending() []os.Signal {
	return slices.DeleteFunc([]os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP}, signal.Ignored)
}

// Lock holds a group of scope host or cluster while a program runs, as a test case with that
// group's key would. Its arguments are
//
//	NAME [--scope SCOPE] [--capacity N | --instances NAME,...] [--rate RATE]
//	     [--weight N | --shared] [--timeout DURATION] -- PROGRAM [ARGUMENT...]
//
// The program gets the streams of this process, the signals that this process receives, and the
// variables of the group (package variables). If the program fails, or a signal ends it, the
// error is an *ExitError with its exit code or 128+n. The constants Exit... are the codes of
// further *ExitErrors.
func Lock(ctx context.Context, i Invocation) error {
	a, err := parseLock(i.Args)
	if err != nil {
		return err
	}
	if a.group.Scope == group.Cluster && i.Cluster == nil {
		return usageError("--scope=%s: %w", a.group.Scope, errNoCluster)
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, ending()...)
	defer signal.Stop(signals)
	warn := func(err error) { i.say("if this process is killed, %s may outlive the lock: %v", a.program[0], err) }
	if err := guard.Start(warn); err != nil {
		warn(err)
	}
	defer guard.Stop()
	held, err := i.acquire(ctx, a, signals)
	if err != nil {
		return err
	}
	defer held.Release()
	select {
	case s := <-signals:
		return signalError(s)
	default:
		return i.runHolding(ctx, a, held, signals)
	}
}

// signalError ends this process as the signal would.
func signalError(s os.Signal) error { return &ExitError{Code: 128 + int(s.(syscall.Signal))} }

// errTimeout is the cause if a wait took too long.
var errTimeout = errors.New("timeout")

// acquire waits for the group until the time is up or a signal arrives.
func (i Invocation) acquire(ctx context.Context, a lockArguments, signals <-chan os.Signal) (lock.Held, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var watcher sync.WaitGroup
	defer watcher.Wait()
	done := make(chan struct{})
	defer close(done)
	watcher.Go(func() {
		select {
		case s := <-signals:
			cancel(signalError(s))
		case <-done:
		}
	})
	if a.timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, a.timeout, errTimeout)
		defer stop()
	}
	locker := i.newLocker(a)
	w := &wait{locker: locker, name: a.group.Label, say: i.say}
	defer w.end()
	user := lock.User{Case: strings.Join(a.program, " ")}
	ctx = lock.WithTrace(ctx, lock.Trace{User: user, Waiting: func(string) { w.begin() }})
	held, err := suspendably(ctx, func(ctx context.Context) (lock.Held, error) {
		return locker.Acquire(ctx, []group.Need{a.need})
	})
	switch cause := context.Cause(ctx); {
	case err == nil && cause == nil:
		return held, nil
	case err == nil: // the signal arrived at the same moment
		held.Release()
		return nil, cause
	case ctx.Err() == nil:
		return nil, &ExitError{ExitUnavailable, err}
	case errors.Is(cause, errTimeout):
		return nil, &ExitError{ExitTimeout, fmt.Errorf("%s was not to be had within %s%s", a.group.Label, a.timeout, w.holders(": it"))}
	default:
		return nil, cause
	}
}

// newLocker returns the locker for the group.
func (i Invocation) newLocker(a lockArguments) lock.Locker {
	groups := []group.Group{a.group}
	if a.group.Scope == group.Cluster {
		return i.Cluster.New(groups, i.Lookup)
	}
	publisher := notice.NewPublisher(func(err error) { i.say("%v", err) })
	return notice.New(host.New(groups, i.Lookup), groups, publisher)
}

// wait informs people about a wait.
type wait struct {
	locker lock.Locker
	name   string
	say    func(format string, args ...any)
	timer  *time.Timer
}

// begin is called when a wait begins, perhaps again.
func (w *wait) begin() {
	if w.timer != nil {
		return
	}
	since := time.Now()
	w.timer = time.AfterFunc(patience, func() {
		w.say("waiting for %s since %s%s", w.name, since.Format(time.TimeOnly), w.holders(", which"))
	})
}

// end is called when the wait is over.
func (w *wait) end() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

// holders continues a sentence with the holders of the group, if they are known. subject makes
// the group its subject.
func (w *wait) holders(subject string) string {
	inspector, ok := w.locker.(lock.Inspector)
	if !ok {
		return ""
	}
	var names []string
	for _, user := range inspector.Holders(w.name) {
		names = append(names, user.String())
	}
	if len(names) == 0 {
		return ""
	}
	return subject + " is held by " + strings.Join(names, "; ")
}
