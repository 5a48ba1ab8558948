package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bazelbuild/rules_go/go/runfiles"
	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/options"
	"github.com/interlock-build/rules_interlock/internal/schedule"
	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
	"github.com/interlock-build/rules_interlock/runner/internal/framework"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

// run is the whole life of the process, from the promises to Bazel to the exit code.
func run(ctx context.Context, p invocation) int {
	env, err := bazelenv.Parse(p.lookup)
	err = errors.Join(makePromises(env), err) // the promises even if the rest is malformed
	if err != nil {
		return keepPromise(p, env, failed(p, env, "", err))
	}
	return keepPromise(p, env, runIn(ctx, p, env))
}

// runIn is the part between the promises.
func runIn(ctx context.Context, p invocation, env bazelenv.Env) int {
	m, err := manifest.Of(p.args[0])
	if err != nil {
		return failed(p, env, "", err)
	}
	asked, err := newTask(p, env, m)
	if err != nil {
		return failed(p, env, m.Label, err)
	}
	ctx, stop := asked.limits.apply(ctx)
	defer stop()
	if asked.options.Plan == options.OnlyPlan {
		if err := printPlan(ctx, asked); err != nil {
			return failed(p, env, m.Label, err)
		}
		return 0
	}
	t, err := prepare(ctx, asked)
	if err != nil {
		return failed(p, env, m.Label, err)
	}
	return t.run(ctx)
}

// test is a test that is ready to run.
type test struct {
	p       invocation
	env     bazelenv.Env
	suite   string // the name of all cases together in test.xml
	cases   []schedule.Case
	options engine.Options
	style   report.Style
	// note is the last line of the log; empty means none.
	note   string
	record *report.Record
	// folder is where the record is written; empty for nowhere.
	folder string
	// end stops what was started for the cases.
	end func()
}

// prepare finds out what to run, and what each case needs.
func prepare(ctx context.Context, t task) (*test, error) {
	for _, sentence := range options.Misspelt(t.p.environ) {
		say(t.p, "warning: "+sentence)
	}
	t.options.Shuffle = chooseSeed(t.p, t.options.Shuffle)
	t.record = newRecord(t)
	f, workers, err := t.setUp()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	cases, note, err := selectCases(ctx, t, f, workers)
	if err != nil {
		stop(f)
		return nil, err
	}
	locker, end, err := withInstances(ctx, t, newLocker(t))
	if err != nil {
		stop(f)
		return nil, err
	}
	t.noteCases(began, cases, workers)
	if t.options.Shuffle.On {
		shuffle(cases, t.options.Shuffle.Seed)
	}
	// Not unless asked to: Bazel 7 starts zip for a test that has outputs, and fails it without zip.
	folder := ""
	if t.options.Timeline {
		folder = t.env.Outputs
	}
	return &test{
		p: t.p, env: t.env, suite: suiteOf(f, t.manifest.Label), cases: cases, style: t.style(f.Traits().Style), note: note, end: end,
		record: t.record, folder: folder,
		options: t.engineOptions(f, workers, locker),
	}, nil
}

// setUp returns the framework that runs the cases, and how many to run at once.
func (t *task) setUp() (f framework.Framework, workers int, err error) {
	if t.files, err = runfiles.New(); err != nil {
		return nil, 0, fmt.Errorf("runfiles: %w", err)
	}
	if f, err = newFramework(*t); err != nil {
		return nil, 0, err
	}
	switch {
	case !f.Traits().Whole:
		return f, t.manifest.WorkerCount(), nil
	case t.options.Repeat > 1:
		return nil, 0, errWhole
	}
	return f, 0, nil
}

func (t task) engineOptions(f framework.Framework, workers int, locker lock.Locker) engine.Options {
	o, traits := t.options, f.Traits()
	return engine.Options{
		Framework:   f,
		Target:      t.manifest.Label,
		Locker:      locker,
		Capacity:    t.manifest.Capacities(),
		Rates:       t.manifest.Rates(),
		Shards:      t.env.Shard.Total,
		Workers:     workers,
		Batches:     traits.Batches && o.Repeat == 1, // a process runs a case once
		Asks:        traits.Asks && o.Repeat == 1,
		InOrder:     o.Shuffle.On,
		MaxFail:     t.maxFail(f),
		CaseTimeout: o.CaseTimeout * time.Duration(t.limits.stretch),
		Retries: engine.Retries{
			PerCase: o.Retries, Budget: o.RetryBudget, Delay: o.RetryDelay, MaxDelay: o.RetryMaxDelay,
			FlakyFails: o.FlakyResult == options.FlakyFails,
		},
		LeaksFail: o.Leaks == options.FailLeaks,
		Budget:    t.limits.budget(t.manifest),
	}
}

// maxFail is the number of bad cases after which no further case starts.
func (t task) maxFail(f framework.Framework) int {
	if t.env.FailFast {
		return 1
	}
	if limiter, ok := f.(framework.Limiter); ok && limiter.MaxFail() > 0 {
		return limiter.MaxFail()
	}
	return t.options.MaxFail
}

func (t *test) run(ctx context.Context) int {
	verdict := &report.Verdict{}
	writer := &recordWriter{p: t.p, record: t.record, folder: t.folder}
	sinks := []event.Sink{t.record, report.Console(t.p.stdout, t.style, t.record), verdict}
	var junit *report.JUnit
	if t.env.XMLOutput != "" {
		junit = report.NewJUnit(t.env.XMLOutput, t.suite)
		junit.Keep(t.record, writer.write)
		sinks = append(sinks, junit)
	}
	t.options.Sink = event.FanOut(sinks...)
	t.runCases(ctx)
	if junit == nil {
		writer.write()
	}
	if t.note != "" {
		say(t.p, t.note)
	}
	if message := verdict.Infrastructure(); message != "" {
		noteInfrastructureFailure(t.p, t.env, message)
	}
	if junit != nil && junit.Err() != nil {
		complain(t.p, junit.Err())
		noteInfrastructureFailure(t.p, t.env, junit.Err().Error())
		if !verdict.Bad() {
			return report.ExitInfrastructure
		}
	}
	if s, ok := context.Cause(ctx).(signalError); ok && verdict.Bad() {
		return 128 + int(s)
	}
	return verdict.ExitCode()
}

func (t *test) runCases(ctx context.Context) {
	defer t.end()
	engine.Run(ctx, t.options, t.cases)
}

// failed reports a test that could not be set up, in the log and in test.xml, so that somebody
// who reads only the report sees it too.
func failed(p invocation, env bazelenv.Env, label string, err error) int {
	complain(p, err)
	kind, code := event.TypeConfig, report.ExitConfig
	var signal signalError
	var deadline deadlineError
	switch {
	case errors.As(err, &signal):
		kind, code = event.TypeInterrupted, 128+int(signal)
	case errors.As(err, &deadline):
		kind, code = event.TypeTimeout, report.ExitTimeout
	}
	if label == "" {
		label = env.Target
	}
	if env.XMLOutput != "" {
		c := event.Case{Name: manifest.TargetName(label), Class: label}
		junit := report.NewJUnit(env.XMLOutput, label)
		junit.Handle(event.RunStarted{At: p.started, Cases: []event.Case{c}})
		junit.Handle(event.CaseFinished{Case: c, At: time.Now(), Outcome: event.Outcome{
			Status: event.Errored, Type: kind, Message: err.Error(),
		}})
		junit.Handle(event.RunFinished{At: time.Now()})
		if junit.Err() != nil {
			complain(p, junit.Err())
		}
	}
	return code
}
