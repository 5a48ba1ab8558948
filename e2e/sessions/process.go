package main

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"slices"
	"time"
)

// environment is the environment of a process.
type environment map[string]string

func (env environment) with(more environment) environment {
	all := maps.Clone(env)
	maps.Copy(all, more)
	return all
}

func (env environment) list() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}

// process is a program to run.
type process struct {
	path  string
	args  []string // with its name
	dir   string
	env   environment
	log   string // path of a file for all output
	limit time.Duration
}

// run runs the process, and kills it with everything that it has started when its time is up. The
// log is a file and not a pipe: what a suite leaves behind can keep a pipe open.
func (p process) run(ctx context.Context) (exitCode int, timedOut bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return 0, false, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	cmd := exec.CommandContext(ctx, p.path)
	cmd.Args, cmd.Dir, cmd.Env = p.args, p.dir, p.env.list()
	cmd.Stdout, cmd.Stderr = log, log
	ofItsOwnGroup(cmd)
	err = cmd.Run()
	killGroup(cmd)
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return 0, false, err
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return 0, false, ctx.Err()
	}
	return cmd.ProcessState.ExitCode(), ctx.Err() != nil, nil
}
