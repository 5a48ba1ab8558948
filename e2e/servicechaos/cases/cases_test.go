// Package cases is a Go test binary with several cases, for a runner to run.
package cases

import (
	"os"
	"testing"

	"github.com/interlock-build/rules_interlock/e2e/servicechaos/casework"
)

func do(t *testing.T) {
	if os.Getenv(casework.OrdersVariable) == "" {
		t.Skip("nobody has said what to do: chaos does")
	}
	if err := casework.Do(t.Name()); err != nil {
		t.Fatal(err)
	}
}

func TestA(t *testing.T) { do(t) }
func TestB(t *testing.T) { do(t) }
func TestC(t *testing.T) { do(t) }
func TestD(t *testing.T) { do(t) }
