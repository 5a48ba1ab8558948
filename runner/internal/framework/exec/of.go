package exec

import (
	"context"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/framework"
	"github.com/interlock-build/rules_interlock/runner/internal/selection"
)

// Of returns the framework of a test.
func Of(t framework.Test) (framework.Framework, error) {
	return subject{&Program{
		Case: event.Case{Name: t.Name, Class: t.Label},
		Path: t.Program, Args: t.Args, Env: t.Env, Stdin: t.Stdin, Grace: t.Grace, LeakTimeout: t.LeakTimeout,
	}, t.Filter}, nil
}

// subject is a program and the selection from it.
type subject struct {
	*Program
	filter string
}

// List implements framework.Framework.
func (s subject) List(context.Context, event.Batch) ([]event.Listed, error) {
	asked, err := selection.Filter(s.Cases(), s.filter)
	return framework.Listed(s.Cases(), func(c event.Case) bool { return slices.Contains(asked, c) }), err
}

// Traits implements framework.Framework.
func (subject) Traits() framework.Traits { return framework.Traits{} }
