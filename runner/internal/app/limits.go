package app

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
)

// limits are the times at which the run has to stop.
type limits struct {
	// deadline is earlier than Bazel's own timeout, so that there is time to stop the cases and
	// to report; zero if there is none.
	deadline time.Time
	// timeout is Bazel's timeout.
	timeout time.Duration
	// grace is the time that a case has between SIGTERM and SIGKILL. Bazel gives the whole test
	// 15 s (--local_termination_grace_seconds), and a remote executor may give it nothing.
	grace time.Duration
	// stretch multiplies budgets.
	stretch int
}

// limitsOf reserves a tenth of the timeout, and at most ten seconds, for stopping: half of that
// for the cases' own ends, half for the rest.
//
// An explicit grace is for a case that takes too long. At the end of the test there may be less.
func limitsOf(env bazelenv.Env, started time.Time, grace time.Duration) limits {
	l := limits{grace: 5 * time.Second, stretch: 1}
	if env.Coverage.Enabled() {
		l.stretch = 2 // as Bazel does with a test's timeout (measured: 600 s for 300 s)
	}
	if env.Timeout > 0 {
		margin := min(env.Timeout/10, 10*time.Second)
		l.timeout, l.deadline, l.grace = env.Timeout, started.Add(env.Timeout-margin), min(l.grace, margin/2)
	}
	if grace > 0 {
		l.grace = grace
	}
	return l
}

// budget returns how long the cases may run, without the time that they wait.
func (l limits) budget(m *manifest.Manifest) time.Duration {
	return time.Duration(m.RunningBudgetSeconds*l.stretch) * time.Second
}

// apply returns a context that ends at the deadline, or when the process is told to stop.
func (l limits) apply(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stopSignals := onSignal(func(s syscall.Signal) { cancel(signalError(s)) })
	stopDeadline := context.CancelFunc(func() {})
	if !l.deadline.IsZero() {
		ctx, stopDeadline = context.WithDeadlineCause(ctx, l.deadline, deadlineError(l.timeout))
	}
	return ctx, func() {
		stopSignals()
		stopDeadline()
		cancel(nil)
	}
}

// onSignal calls stop for the first signal that asks this process to end. It uses Notify, never
// Ignore: a child would inherit an ignored signal.
func onSignal(stop func(syscall.Signal)) (release func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			stop(s.(syscall.Signal))
		case <-done:
		}
	}()
	return func() { signal.Stop(signals); close(done) }
}

// deadlineError says that Bazel's timeout is about to expire.
type deadlineError time.Duration

func (e deadlineError) Error() string {
	return fmt.Sprintf("the test's time is up (TEST_TIMEOUT is %s, which counts waiting)", time.Duration(e))
}

// Timeout makes the outcome a timeout.
func (deadlineError) Timeout() bool { return true }

// signalError says that this process was told to stop.
type signalError syscall.Signal

func (e signalError) Error() string {
	return fmt.Sprintf("the test was told to stop (signal: %s)", syscall.Signal(e))
}
