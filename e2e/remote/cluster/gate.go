package cluster

import (
	"context"
	"os"
	"path/filepath"

	"github.com/interlock-build/rules_interlock/tools/interlock/command"
	"github.com/interlock-build/rules_interlock/tools/interlock/gate/gatecommand"
)

// Gate is an `interlock gate` in front of the server. It shares no file and no memory with the rest,
// only etcd.
type Gate struct {
	Process
	address string
}

// gateSpec is what the process of a gate has to know: the arguments of the command.
type gateSpec struct {
	Args []string `json:"args"`
}

// newGate returns a gate at an address of its own, which it keeps over restarts.
func (c *Cluster) newGate() (*Gate, error) {
	dir := filepath.Join(c.Dir, "gate")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	coordinator, err := c.WriteCoordinator(dir)
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	g := &Gate{address: address}
	g.log = filepath.Join(c.Dir, "gate.log")
	g.part.Gate = &gateSpec{[]string{
		"--executor=" + c.Executor(), "--listen=" + address, "--coordinator=" + coordinator,
	}}
	return g, nil
}

// run serves until SIGTERM.
func (s gateSpec) run() error {
	endWithParent()
	return gatecommand.Run(context.Background(), command.Invocation{Args: s.Args, Lookup: os.LookupEnv, Stderr: os.Stderr})
}
