// Remote starts a remote-execution cluster on this machine, runs a command with it, and stops it.
//
// # Usage
//
//	remote [-workers N] [-members N] [-slots N] [-certificates] [-gate] COMMAND [ARGUMENT...]
//
// The command finds the cluster in its environment: REMOTE_EXECUTOR is the value of
// --remote_executor, REMOTE_GATE its value with a gate if there is one, REMOTE_SHARED a folder that
// all workers see, and INTERLOCK_COORDINATOR a file for processes on this machine. Workers have a
// coordinator of their own, in /etc/interlock.
//
// # Exit codes
//
// Those of the command; 2 if the cluster did not start.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"

	"github.com/interlock-build/rules_interlock/e2e/remote/cluster"
)

func main() {
	cluster.Main()
	code, err := run(os.Args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "remote:", err)
	}
	os.Exit(code)
}

func run(args []string) (code int, err error) {
	flags := flag.NewFlagSet(args[0], flag.ExitOnError)
	workers := flags.Int("workers", 4, "how many workers to start")
	members := flags.Int("members", 1, "how many members etcd has")
	slots := flags.Int("slots", 1, "how many actions each worker runs at once")
	certificates := flags.Bool("certificates", false, "workers are users of etcd by their certificates, not by a password")
	gate := flags.Bool("gate", false, "start a gate in front of the cluster")
	_ = flags.Parse(args[1:]) // it exits
	if flags.NArg() == 0 {
		return 2, errors.New("which command?\nhint: remote [FLAG...] COMMAND [ARGUMENT...]")
	}
	dir, err := os.MkdirTemp("/var/tmp", "remote.")
	if err != nil {
		return 2, err
	}
	machines := slices.Repeat([]cluster.Machine{{ByCertificate: *certificates}}, *workers)
	c, err := cluster.Start(dir, cluster.Options{Machines: machines, Gate: *gate, Members: *members, Slots: *slots})
	if err != nil {
		return 2, err
	}
	defer c.Close()
	if code, err = with(c, flags.Args()); code != 0 || err != nil {
		return code, errors.Join(err, fmt.Errorf("the command failed; the cluster's logs are in %s", dir))
	}
	return 0, os.RemoveAll(dir)
}

// with runs a command that finds the cluster in its environment.
func with(c *cluster.Cluster, command []string) (code int, err error) {
	coordinator, err := c.WriteCoordinator(c.Dir)
	if err != nil {
		return 2, err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "REMOTE_EXECUTOR="+c.Executor(), "REMOTE_SHARED="+c.Shared(), "INTERLOCK_COORDINATOR="+coordinator)
	if c.Gate != nil {
		cmd.Env = append(cmd.Env, "REMOTE_GATE="+c.GatedExecutor())
	}
	err = cmd.Run()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return failed.ExitCode(), nil
	}
	if err != nil {
		return 2, err
	}
	return 0, nil
}
