// Package engine decides which case runs when, and determines its outcome.
//
// It sees locks and frameworks only through interfaces, and reports what happens as events. It
// neither prints nor reads the environment.
package engine

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// Framework runs cases.
type Framework interface {
	// Run runs the cases of a batch, in one process if it can, and reports each of them. It
	// returns the cases that it has not finished, as batches to run next. When ctx ends it stops
	// the cases, by force if necessary, and returns soon.
	Run(ctx context.Context, batch event.Batch, report event.Report) (again [][]event.Case)
}

// Closer is a Framework that keeps something for all cases of a run.
type Closer interface {
	// Close releases it when the last case has finished, and reports what goes wrong. When ctx
	// ends it returns soon.
	Close(ctx context.Context, report event.Report)
}

// ErrLost means that the case lost a group while it ran. The case gets no
// time to end by itself, since somebody else may have the group soon.
var ErrLost error = lostError{}

// BudgetError means that the cases of a test ran for longer than Options.Budget.
type BudgetError struct {
	Target string
	Limit  time.Duration
}

// Error implements error. People set the budget as size or timeout, and know it by that.
func (e BudgetError) Error() string {
	return fmt.Sprintf("the cases of %s ran for longer than its size or timeout allows (%g s; waiting does not count)"+
		"\nhint: set a longer size or timeout, or make its slowest cases faster", e.Target, e.Limit.Seconds())
}

// Timeout makes the outcome a timeout.
func (BudgetError) Timeout() bool { return true }

type lostError struct{}

func (lostError) Error() string { return "the case lost its resource groups" }

// AtOnce makes the framework kill the case.
func (lostError) AtOnce() bool { return true }

// maxFailError means that as many cases were bad as Options.MaxFail says.
type maxFailError int

func (e maxFailError) Error() string {
	if e == 1 {
		return "an earlier case was bad, and the test is to fail fast"
	}
	return fmt.Sprintf("%d earlier cases were bad, and that is the most for this test", int(e))
}

// stopError is why the program of the cases wants no further case to start.
type stopError string

func (e stopError) Error() string { return string(e) }

// reports are after how long a waiting case is reported, and then again after each time as
// long as the last: who waits for an hour need not be told 720 times.
var reports = []time.Duration{time.Second, 5 * time.Second, 15 * time.Second, time.Minute}

// Options are the parts and the rules of a run.
type Options struct {
	// Framework runs the cases.
	Framework Framework
	// Target is the label of the test, for others that wait for what it holds.
	Target string
	// Locker knows every group that a case needs.
	Locker lock.Locker
	// Capacity is the capacity of each group, by label, so that this run does not ask for what it
	// uses up itself. Without it only the locker knows.
	Capacity map[string]int
	// Rates are the rates of groups that have one, by label. Each start counts, so the cases that
	// hold such a group hold it one by one.
	Rates map[string]group.Rate
	// Sink gets every event; it may be called from several goroutines.
	Sink event.Sink
	// Shards is how many processes run the cases of the test, each of them a part; 0 means one.
	Shards int
	// Workers is how many cases run at once; 0 means one after the other, in the order given.
	Workers int
	// Batches says whether one call of the framework may get several cases. Cases that hold
	// groups still go one by one, so that each holds them only while it runs. There are two
	// exceptions: cases that share a Setup and could not run at the same time anyway; and with
	// Workers 0, all cases are one batch, which holds what any of them needs.
	Batches bool
	// Asks says whether the framework asks, by event.Batch.MayGoOn, before it starts a further
	// case of a batch. If so, cases that hold groups share a process too, as long as nobody else
	// wants what they hold.
	Asks bool
	// InOrder says whether cases start in the order given, as far as their groups allow, and not
	// in the order that ends the run soonest.
	InOrder bool
	// MaxFail is the number of bad cases after which no further case starts; cases that run go
	// on. 0 means no limit.
	MaxFail int
	// CaseTimeout is how long a case may run, from the moment it holds its groups; 0 means no
	// limit.
	CaseTimeout time.Duration
	// Retries says whether bad cases run again.
	Retries Retries
	// LeaksFail says whether a case that leaves something behind fails.
	LeaksFail bool
	// Budget limits the time during which cases run, whether one or several at once. Time spent
	// waiting for groups does not count. 0 means no limit.
	Budget time.Duration
}

// Run runs every case of cases, and returns when all have finished. When ctx ends, the cases that
// run are stopped and the others are not started. Each of them is reported, with the cause of ctx
// as the reason.
func Run(ctx context.Context, options Options, cases []schedule.Case) {
	r := &run{
		Options: options, learn: func(*schedule.Class, time.Duration) {}, learnStart: func(time.Duration) {},
		attempts: newAttempts(options.Retries), waits: newAccount(options.Capacity),
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r.running = ctx
	r.starting, r.stopStarting = context.WithCancelCause(ctx)
	defer r.stopStarting(nil)
	r.budget = newBudget(options.Budget, func() { cancel(BudgetError{options.Target, options.Budget}) })
	r.Sink.Handle(event.RunStarted{At: time.Now(), Cases: names(cases)})
	if options.Workers == 0 {
		r.inOrder(cases)
	} else {
		serial := func(c schedule.Case) bool { return c.Serial }
		r.inParallel(slices.DeleteFunc(slices.Clone(cases), serial))
		r.oneByOne(slices.DeleteFunc(slices.Clone(cases), func(c schedule.Case) bool { return !serial(c) }))
	}
	if c, ok := r.Framework.(Closer); ok {
		r.budget.start()
		defer r.budget.stop()
		c.Close(r.running, newBatchReport(r, r.running, holding{}, 0, newStopwatches(0, nil)))
	}
	r.Sink.Handle(event.RunFinished{At: time.Now()})
}

func names(cases []schedule.Case) []event.Case {
	var names []event.Case
	for _, c := range cases {
		names = append(names, c.Case)
	}
	return names
}

// run is a run under way.
type run struct {
	Options
	budget   *budget
	attempts *attempts
	requests waitingRequests
	users    ownUsers
	known    knownHolders
	waits    *account
	batches  atomic.Int64
	bad      atomic.Int64 // number of bad cases
	// learn notes how long a case of a class ran.
	learn func(c *schedule.Class, ran time.Duration)
	// learnStart notes how long a process took to start its first case.
	learnStart func(took time.Duration)

	// running ends when the cases that run have to stop. starting, which is derived from it, ends
	// when no further case may start.
	running, starting context.Context
	stopStarting      context.CancelCauseFunc
}

func (r *run) inOrder(cases []schedule.Case) {
	if r.Batches && len(cases) > 0 && !slices.ContainsFunc(cases, r.rules().IsRated) {
		all := together(cases)
		for _, retried := range r.attempt(all) {
			r.rest(retried)
			r.single(schedule.Case{Case: retried.c, Needs: all.needs})
		}
		return
	}
	r.oneByOne(cases)
}

// rules returns the options that decide what starts next.
func (o Options) rules() schedule.Options {
	return schedule.Options{
		Shards: o.Shards, Workers: o.Workers, Batches: o.Batches, InOrder: o.InOrder, Capacity: o.Capacity, Rates: o.Rates,
	}
}

func (r *run) oneByOne(cases []schedule.Case) {
	for _, c := range cases {
		r.single(c)
	}
}

// single runs a case until it has finished.
func (r *run) single(c schedule.Case) {
	for retried := r.attempt(alone(c)); len(retried) > 0; retried = r.attempt(alone(c)) {
		r.rest(retried[0])
	}
}

// attempt runs a batch while it holds its groups.
func (r *run) attempt(b batch) []retry {
	r.waits.queue(b.cases, b.needs, time.Now())
	h := r.hold(b, nil)
	h.number = r.nextBatch()
	defer r.release(h)
	return r.execute(h, 0)
}

// nextBatch returns the number of the next batch that goes to a worker.
func (r *run) nextBatch() int { return int(r.batches.Add(1)) }
