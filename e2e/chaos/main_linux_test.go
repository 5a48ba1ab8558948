package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/interlock-build/rules_interlock/e2e/chaos/casework"
	"github.com/interlock-build/rules_interlock/e2e/chaos/clock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"github.com/interlock-build/rules_interlock/internal/testkit/built"
)

// runnerProgram returns the file of the runner with scope cluster.
func runnerProgram(t *testing.T) string {
	t.Helper()
	path, err := built.Program("CLUSTER_RUNNER", []string{"build"}, "github.com/interlock-build/rules_interlock/runner/cluster")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// The cases that runners start are this program too. They become cases before anything else,
// because rules_go's main function of a test reads some of the same variables.
func init() {
	if os.Getenv(casework.OrdersVariable) != "" {
		if err := casework.Do(casework.Program); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

func TestMain(m *testing.M) {
	if err := clock.Become(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	etcdtest.Main()
	code := m.Run()
	built.Remove()
	os.Exit(code)
}
