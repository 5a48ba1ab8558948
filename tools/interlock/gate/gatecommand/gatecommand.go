// Package gatecommand is the command interlock gate: its arguments, and what they lead to.
package gatecommand

import (
	"context"
	"fmt"
	"net"
	"os/signal"
	"syscall"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/tools/interlock/command"
	"github.com/interlock-build/rules_interlock/tools/interlock/gate"
)

// Run serves Remote Execution in front of a cluster until a signal ends it.
func Run(ctx context.Context, i command.Invocation) error {
	a, err := parse(i.Args)
	if err != nil {
		return err
	}
	own, err := a.ownTLS()
	if err != nil {
		return err
	}
	server, err := a.newServer(i)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", a.listen)
	if err != nil {
		return fmt.Errorf("gate: %w\nhint: choose another address by --listen", err)
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	i.Say("gate: serving on %s for %s", listener.Addr(), a.executor)
	return server.Serve(ctx, listener, own)
}

func (a *arguments) newServer(i command.Invocation) (*gate.Server, error) {
	target, secure, err := a.parseExecutor()
	if err != nil {
		return nil, err
	}
	executor, err := a.executorTLS(secure)
	if err != nil {
		return nil, err
	}
	config, err := a.findCoordinator(i.Lookup)
	if err != nil {
		return nil, err
	}
	return gate.New(gate.Config{
		Coordinator: config, Ahead: a.ahead, Patience: a.patience, LongestWait: a.longestWait,
		Log: func(format string, args ...any) { i.Say("gate: "+format, args...) },
	}, target, executor)
}

func (a *arguments) findCoordinator(lookup func(string) (string, bool)) (coordinator.Config, error) {
	if a.coordinator != "" {
		return coordinator.Read(a.coordinator)
	}
	return coordinator.Find(lookup)
}
