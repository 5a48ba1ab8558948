package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/service"
)

// handingOver makes this program, started with a keeper, borrow one instance again and again.
const handingOver = "BENCH_SERVICES_HANDING_OVER"

// handovers is how often.
const handovers = 500

// handover adds a row on how long an instance takes to its next borrower.
func (b *bench) handover() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	command := exec.Command(b.keeper[0], append(b.keeper[1:], self)...)
	command.Env, command.Stderr = append(os.Environ(), handingOver+"=1"), os.Stderr
	text, err := command.Output()
	if err != nil {
		return err
	}
	var took harness.Samples
	if err := json.Unmarshal(text, &took); err != nil {
		return err
	}
	b.table.Compare("an instance to its next borrower, without a reset", nil, took, harness.AtMost(5*time.Millisecond))
	return nil
}

// handOver prints how long each of the handovers took.
func handOver() {
	took, err := borrowRepeatedly()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(took)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func borrowRepeatedly() (took harness.Samples, err error) {
	dir, err := os.MkdirTemp("", "handover")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "up")
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho '{\"resources\": [{}]}'\nexec sleep 1000\n"), 0o755); err != nil {
		return nil, err
	}
	file, err := keeper.FileAt("_main/up", path)
	if err != nil {
		return nil, err
	}
	files := []keeper.File{file}
	use := keeper.Use{
		Place: "bench:" + dir, Borrower: "//:a_test", IdleTimeout: time.Minute, Network: keeper.Network(), Workspace: "_main",
		Spec: service.Spec{
			Name: "//:bench: unit 0", Setup: service.Program{Name: "up", Path: "_main/up"}, Timeout: time.Minute,
			Environ: []string{"PATH=" + os.Getenv("PATH")},
		},
	}
	for range handovers {
		began := time.Now()
		if err := use.Seal(files); err != nil {
			return nil, err
		}
		c, err := keeper.Dial()
		if err != nil {
			return nil, err
		}
		loan, err := c.Borrow(context.Background(), use, func() []keeper.File { return files }, func(keeper.Lent) error { return nil })
		if err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
		loan.Stop()
	}
	return took[1:], nil // the first one had to be started
}
