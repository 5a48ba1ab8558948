package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/interlock-build/rules_interlock/runner/internal/app"
	"github.com/interlock-build/rules_interlock/runner/internal/chaos/casework"
	"github.com/interlock-build/rules_interlock/runner/internal/chaos/clock"
	"github.com/interlock-build/rules_interlock/runner/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/runner/internal/lock/cluster/etcdtest"
)

// beRunner is set in processes that are runners.
const beRunner = "BE_THE_RUNNER"

// The processes that tests start are this program too: runners, and their cases.
// They become that before anything else, since rules_go's main function of a test
// reads some of the same variables.
func init() {
	if os.Getenv(beRunner) != "" {
		_ = os.Unsetenv(beRunner)
		os.Exit(app.Main(cluster.New))
	}
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
	os.Exit(m.Run())
}
