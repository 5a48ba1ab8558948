package main

import (
	"context"
	"errors"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
	"github.com/interlock-build/rules_interlock/runner/internal/engine"
	"github.com/interlock-build/rules_interlock/runner/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/manifest"
	"github.com/interlock-build/rules_interlock/runner/internal/plan"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
	"github.com/interlock-build/rules_interlock/runner/internal/selection"
)

// run is the life of the process, from the promises that Bazel wants first to
// the exit code.
func run(ctx context.Context, p invocation) int {
	env, err := bazelenv.Parse(p.lookup)
	err = errors.Join(makePromises(env), err) // the promises even if the rest is malformed
	defer keepPromise(env)
	if err != nil {
		return failed(p, env, "", err)
	}
	m, err := readManifest(p)
	if err != nil {
		return failed(p, env, "", err)
	}
	limits := limitsOf(env, p.started)
	ctx, stop := limits.apply(ctx)
	defer stop()
	t, err := prepare(p, env, m, limits)
	if err != nil {
		return failed(p, env, m.Label, err)
	}
	return t.run(ctx)
}

// test is a test that is ready to run.
type test struct {
	p       invocation
	env     bazelenv.Env
	label   string
	cases   []engine.Case
	options engine.Options
}

// prepare finds out what there is to run, and what each case needs.
func prepare(p invocation, env bazelenv.Env, m *manifest.Manifest, l limits) (*test, error) {
	files, err := newRunfiles()
	if err != nil {
		return nil, err
	}
	framework, err := newFramework(p, env, m, l, files)
	if err != nil {
		return nil, err
	}
	all, err := selection.AddNeeds(framework.Cases(), m.Groups)
	if err != nil {
		return nil, err
	}
	selected, err := selection.Filter(all, env.Filter)
	if err != nil {
		return nil, err
	}
	return &test{
		p: p, env: env, label: m.Label,
		cases: plan.Shard(selected, env.Shard.Index, env.Shard.Total),
		options: engine.Options{
			Framework: framework,
			Locker:    newLocker(m.Groups, files),
			Workers:   workersOf(m),
			FailFast:  env.FailFast,
			Budget:    l.budget(m),
		},
	}, nil
}

func (t *test) run(ctx context.Context) int {
	verdict := &report.Verdict{}
	sinks := []event.Sink{report.Console(t.p.stdout), verdict}
	var junit *report.JUnit
	if t.env.XMLOutput != "" {
		junit = report.NewJUnit(t.env.XMLOutput, t.label)
		sinks = append(sinks, junit)
	}
	t.options.Sink = event.FanOut(sinks...)
	engine.Run(ctx, t.options, t.cases)
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

// failed reports a test that could not be set up, in the log and in test.xml,
// so that whoever reads only the report sees it too.
func failed(p invocation, env bazelenv.Env, label string, err error) int {
	complain(p, err)
	if label == "" {
		label = env.Target
	}
	if env.XMLOutput != "" {
		c := event.Case{Name: nameOf(label), Class: label}
		junit := report.NewJUnit(env.XMLOutput, label)
		junit.Handle(event.RunStarted{At: p.started, Cases: []event.Case{c}})
		junit.Handle(event.CaseFinished{Case: c, At: time.Now(), Outcome: event.Outcome{
			Status: event.Errored, Type: event.TypeConfig, Message: err.Error(),
		}})
		junit.Handle(event.RunFinished{At: time.Now()})
		if junit.Err() != nil {
			complain(p, junit.Err())
		}
	}
	return report.ExitConfig
}
