package main

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"slices"

	"github.com/interlock-build/rules_interlock/e2e/chaos/launch"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// runner is a runner under way.
type runner struct {
	*launch.Process
	name   string
	target *target
}

// start starts a runner as Bazel does.
func start(name string, t *target, program string) (*runner, error) {
	output, err := os.Create(t.log())
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program)
	cmd.Args, cmd.Env = []string{t.executable()}, t.environ
	p, err := launch.Start(cmd, output)
	return &runner{p, name, t}, err
}

// Name and Record make it a scene.Runner.
func (r *runner) Name() string           { return r.name }
func (r *runner) Record() caselog.Record { return caselog.Record{Run: r.name, PID: r.PID()} }

// result returns the result of a runner that has ended.
func (r *runner) result() (check.Run, error) {
	report, err := os.ReadFile(r.target.report())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return check.Run{}, err
	}
	groups := map[string][]string{}
	for name, order := range r.target.orders {
		groups[name] = []string{keeperBroken}
		for _, u := range order.Uses {
			groups[name] = append(groups[name], u.Group, serviceBroken(u.Group))
		}
	}
	return check.Run{
		Groups: groups, Begun: r.From, Ended: r.Until(), Name: r.name, Cases: slices.Sorted(maps.Keys(r.target.orders)), Around: "TestMain",
		Killed: r.Killed(), Hung: r.Hung(), ExitCode: r.ExitCode(), Report: report,
	}, nil
}
