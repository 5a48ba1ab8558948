package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/tools/interlock/gate"
)

// Gate is an `interlock gate` in front of the server. It shares no file and no memory with the rest,
// only etcd.
type Gate struct {
	Process
	address string
}

// gateSpec is what the process of a gate has to know.
type gateSpec struct {
	Address     string `json:"address"`
	Executor    string `json:"executor"`
	Coordinator string `json:"coordinator"`
}

// newGate returns a gate at an address of its own, which it keeps over restarts.
func (c *Cluster) newGate() (*Gate, error) {
	config, err := json.Marshal(c.Etcd.Coordinator())
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	g := &Gate{address: address}
	g.log = filepath.Join(c.Dir, "gate.log")
	g.part.Gate = &gateSpec{Address: address, Executor: c.Server.address, Coordinator: string(config)}
	return g, nil
}

// run serves until SIGTERM.
func (s gateSpec) run() error {
	endWithParent()
	var config coordinator.Config
	if err := json.Unmarshal([]byte(s.Coordinator), &config); err != nil {
		return err
	}
	server, err := gate.New(gate.Config{
		Coordinator: config, Patience: gate.DefaultPatience, LongestWait: gate.DefaultLongestWait,
		Log: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) },
	}, s.Executor, nil)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.Address)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return server.Serve(ctx, listener, nil)
}
