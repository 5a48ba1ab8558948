// Package cluster runs a remote-execution cluster on this machine: Buildbarn's storage, action
// cache and scheduler, workers, and etcd with TLS and users as the coordinator. It needs Linux and
// root, because each worker gets namespaces of its own.
//
// The server and each worker are processes that run this executable again, so that they can be
// killed, stopped and restarted. Main must be the first thing that the program calls.
//
// The parts are:
//
//   - cluster: what there is, from start to end;
//   - process: a process of the cluster;
//   - server, storage, scheduler: what Bazel talks to;
//   - gate: what Bazel talks to in front of them, if there is one;
//   - worker, actions: what fetches actions and runs them;
//   - machine: what the machine of a worker looks like from inside;
//   - network: the worker's way to etcd, which can be cut;
//   - health: when everything is up.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"github.com/prometheus/client_golang/prometheus"
)

// readyIn is how long the cluster may take to start, on a busy machine.
const readyIn = 2 * time.Minute

// Options say what kind of cluster to start.
type Options struct {
	// Machines are the machines of the workers, one each.
	Machines []Machine
	// Slots is how many actions a worker runs at once; 0 means 1.
	Slots int
	// Gate says whether there is a gate in front of the server.
	Gate bool
	// Members is the number of etcd's members; 0 means 1.
	Members int
	// TTL is that of the coordinator's leases; 0 means 3 s.
	TTL time.Duration
	// WorkerGone is how long the scheduler waits for a worker that is silent; 0 means 10 s.
	WorkerGone time.Duration
}

// Cluster is a running cluster.
type Cluster struct {
	// Dir has all of its files. Folder Shared is the only one in it that all machines see.
	Dir    string
	Server *Server
	// Gate is nil without one.
	Gate    *Gate
	Workers []*Worker
	Etcd    *etcdtest.Cluster

	// mark is in the environment of every action, so that Close finds what is left of them.
	mark string
}

// Main runs a process of a cluster if this process was started as one, and does not return then.
func Main() {
	// Buildbarn's packages have registered metrics of the same names as etcd's, which would have none.
	registry := prometheus.NewRegistry()
	prometheus.DefaultRegisterer, prometheus.DefaultGatherer = registry, registry
	etcdtest.Main()
	becomePart()
}

// Start starts a cluster with its files in dir, and returns when all of it is up.
func Start(dir string, o Options) (*Cluster, error) {
	o = o.complete()
	c := &Cluster{Dir: dir, mark: "REMOTE_CLUSTER=" + dir}
	if err := c.start(o); err != nil {
		c.Close()
		return nil, fmt.Errorf("%w\nhint: the logs are in %s", err, dir)
	}
	return c, nil
}

func (o Options) complete() Options {
	o.Slots = max(o.Slots, 1)
	if o.TTL == 0 {
		o.TTL = 3 * time.Second
	}
	if o.WorkerGone == 0 {
		o.WorkerGone = 10 * time.Second
	}
	return o
}

func (c *Cluster) start(o Options) (err error) {
	if err := os.MkdirAll(c.Shared(), 0o777); err != nil {
		return err
	}
	if err := os.Chmod(c.Shared(), 0o777); err != nil { // for actions of another user
		return err
	}
	c.Etcd, err = etcdtest.Start(filepath.Join(c.Dir, "etcd"), etcdtest.Options{
		Members: o.Members, TLS: true, User: "interlock", Password: "secret", Prefix: "/interlock/",
		Log: filepath.Join(c.Dir, "etcd.log"),
	})
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	if c.Server, err = newServer(c.Dir, o.WorkerGone); err != nil {
		return err
	}
	if err := c.Server.Start(); err != nil {
		return err
	}
	if o.Gate {
		if c.Gate, err = c.newGate(); err != nil {
			return err
		}
		if err := c.Gate.Start(); err != nil {
			return err
		}
	}
	for i, machine := range o.Machines {
		w, err := c.newWorker(fmt.Sprintf("w%d", i), machine, o)
		if err != nil {
			return err
		}
		c.Workers = append(c.Workers, w)
		if err := w.Start(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), readyIn)
	defer cancel()
	return c.WaitHealthy(ctx)
}

// Executor is the value of --remote_executor without a gate.
func (c *Cluster) Executor() string { return "grpc://" + c.Server.address }

// GatedExecutor is its value with the gate.
func (c *Cluster) GatedExecutor() string { return "grpc://" + c.Gate.address }

// Shared is the folder that all machines see. Tests report there, and nothing else is in it.
func (c *Cluster) Shared() string { return filepath.Join(c.Dir, "shared") }

// WriteCoordinator writes a configuration that does not depend on the machine to a folder, with all
// files that it names, and returns its path.
func (c *Cluster) WriteCoordinator(dir string) (string, error) {
	config := c.Etcd.Coordinator()
	for _, file := range []*string{&config.CAFile, &config.CertFile, &config.KeyFile} {
		text, err := os.ReadFile(*file)
		if err != nil {
			return "", err
		}
		*file = filepath.Join(dir, filepath.Base(*file))
		if err := os.WriteFile(*file, text, 0o600); err != nil {
			return "", err
		}
	}
	return etcdtest.WriteCoordinator(dir, config)
}

// Close ends all processes of the cluster, and what is left of its actions.
func (c *Cluster) Close() {
	for _, w := range c.Workers {
		w.Kill()
		w.network.close()
	}
	if c.Gate != nil {
		c.Gate.Kill()
	}
	if c.Server != nil {
		c.Server.Kill()
	}
	if c.Etcd != nil {
		c.Etcd.Close()
	}
	killMarked(c.mark)
}

// WaitHealthy waits until etcd serves, the scheduler knows all running workers, and the gate passes
// on what they say.
func (c *Cluster) WaitHealthy(ctx context.Context) error {
	if err := c.Etcd.WaitReady(ctx); err != nil {
		return err
	}
	front := c.Server.address
	if c.Gate != nil {
		front = c.Gate.address
	}
	running := 0
	for _, w := range c.Workers {
		if w.Running() {
			running++
		}
	}
	for {
		known, err := knownWorkers(ctx, front)
		if err == nil && known >= running {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("the scheduler knows %d of %d workers", known, running), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
