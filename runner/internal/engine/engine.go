// Package engine decides which case runs when, and what became of it.
//
// It sees locks and frameworks through interfaces only, and tells what happens
// as events: it neither prints nor reads the environment.
package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

// Case is a test case and what it must hold while it runs.
type Case struct {
	event.Case
	Needs []group.Need
	// Serial is whether the case runs when all others have finished, and alone.
	Serial bool
	// Takes is how long the case is expected to run; 0 if that is not known.
	Takes time.Duration
}

// Framework runs cases.
type Framework interface {
	// Run runs the cases of a batch, in one process if it can, and reports each
	// of them. It returns those that it has not finished, as batches that are
	// to run next. When ctx ends it stops the cases, by force if need be, and
	// returns soon.
	Run(ctx context.Context, batch []event.Case, report event.Report) (again [][]event.Case)
}

// Why a run is cut short: causes of the contexts that the engine makes.
var (
	// ErrBudget means that the cases ran for longer than Options.Budget.
	ErrBudget = errors.New("the running budget is used up")
	// ErrLost means that the case lost a group while it ran.
	ErrLost = errors.New("the case lost its resource groups while it ran")
	// errFailFast means that a case was bad and Options.FailFast is set.
	errFailFast = errors.New("an earlier case was bad, and the test is to fail fast")
)

// How often a waiting case is reported: first after firstReport, then every
// nextReport.
const (
	firstReport = time.Second
	nextReport  = 5 * time.Second
)

// Options are the parts and the rules of a run.
type Options struct {
	// Framework runs the cases.
	Framework Framework
	// Locker knows every group that a case needs.
	Locker lock.Locker
	// Capacity is that of groups, by label, so that this run does not ask for
	// what it uses up itself. Without it only the locker knows.
	Capacity map[string]int
	// Sink gets every event; it may be called from several goroutines.
	Sink event.Sink
	// Workers is how many cases run at once; 0 is one after the other, in the
	// order given.
	Workers int
	// Batches is whether one call of the framework may get several cases. Those
	// that hold groups go one by one all the same, so that each holds them only
	// while it runs; unless Workers is 0, where all cases are one batch, which
	// holds what any of them needs.
	Batches bool
	// FailFast is whether no further case starts after one that is bad; those
	// that run go on.
	FailFast bool
	// Budget limits the time during which cases run, whether one or several
	// at once. Waiting for groups does not count. 0 is no limit.
	Budget time.Duration
}

// Run runs every case of cases once and returns when all have finished. When
// ctx ends, the cases that run are stopped and the others are not started;
// each of them is reported, with the cause of ctx as the reason.
func Run(ctx context.Context, options Options, cases []Case) {
	r := &run{Options: options, learn: func(*class, time.Duration) {}}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r.running = ctx
	r.starting, r.stopStarting = context.WithCancelCause(ctx)
	defer r.stopStarting(nil)
	r.budget = newBudget(options.Budget, func() { cancel(fmt.Errorf("%w (%s)", ErrBudget, options.Budget)) })
	r.Sink.Handle(event.RunStarted{At: time.Now(), Cases: names(cases)})
	if options.Workers == 0 {
		r.inOrder(cases)
	} else {
		serial := func(c Case) bool { return c.Serial }
		r.inParallel(slices.DeleteFunc(slices.Clone(cases), serial))
		r.oneByOne(slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return !serial(c) }))
	}
	r.Sink.Handle(event.RunFinished{At: time.Now()})
}

func names(cases []Case) []event.Case {
	var names []event.Case
	for _, c := range cases {
		names = append(names, c.Case)
	}
	return names
}

// run is a run under way.
type run struct {
	Options
	budget *budget
	// learn notes how long a case of a class ran.
	learn func(c *class, ran time.Duration)

	// running ends when the cases that run have to stop, and starting, which
	// is derived from it, when no further one may start.
	running, starting context.Context
	stopStarting      context.CancelCauseFunc
}

func (r *run) inOrder(cases []Case) {
	if r.Batches && len(cases) > 0 {
		r.execute(r.hold(together(cases), time.Now(), nil))
		return
	}
	r.oneByOne(cases)
}

func (r *run) oneByOne(cases []Case) {
	for _, c := range cases {
		r.execute(r.hold(alone(c), time.Now(), nil))
	}
}
