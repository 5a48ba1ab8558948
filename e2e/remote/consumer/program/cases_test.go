// Package cases has tests that use what they hold, and say so in the log of the witness.
package cases

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/casework"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

func TestDB1(t *testing.T)      { use(t, "db") }
func TestDB2(t *testing.T)      { use(t, "db") }
func TestPool1(t *testing.T)    { use(t, "pool") }
func TestPool2(t *testing.T)    { use(t, "pool") }
func TestPool3(t *testing.T)    { use(t, "pool") }
func TestRead1(t *testing.T)    { use(t, "schema=shared") }
func TestRead2(t *testing.T)    { use(t, "schema=shared") }
func TestRead3(t *testing.T)    { use(t, "schema=shared") }
func TestMigrate1(t *testing.T) { use(t, "schema") }
func TestAPI1(t *testing.T)     { use(t, "api") }
func TestFree1(t *testing.T)    { use(t, "") }

// use does what casework does, in a folder that all machines see. A target whose cases all use the
// same says so by USES.
func use(t *testing.T, resources string) {
	t.Helper()
	resources = cmp.Or(os.Getenv("USES"), resources)
	uses, err := caselog.ParseUses(resources)
	if err != nil {
		t.Fatal(err)
	}
	takes, err := time.ParseDuration(cmp.Or(os.Getenv("TAKES"), "100ms"))
	if err != nil {
		t.Fatal(err)
	}
	order := casework.Order{Uses: uses, Takes: takes}
	if resources == "db" {
		order.Guarded = resources // of capacity 1 and never shared, so that its tokens rise from write to write
	}
	orders, err := json.Marshal(casework.Orders{t.Name(): order})
	if err != nil {
		t.Fatal(err)
	}
	shared := os.Getenv("REMOTE_SHARED")
	t.Setenv(casework.OrdersVariable, string(orders))
	t.Setenv(casework.LogVariable, filepath.Join(shared, "log"))
	t.Setenv(casework.RunVariable, run())
	if socket := filepath.Join(shared, "resource"); exists(socket) {
		t.Setenv(casework.ResourceVariable, socket)
	}
	fmt.Printf("witness: %s/%s\n", run(), t.Name()) // which run of the log this result is of
	if err := casework.Do(t.Name()); err != nil {
		t.Fatal(err)
	}
}

// run names the runner, which may be one of several for the same shard: what a worker has begun is
// begun again elsewhere when the worker dies.
func run() string {
	number := cmp.Or(os.Getenv("TEST_RUN_NUMBER"), "1")
	worker := cmp.Or(os.Getenv("REMOTE_WORKER"), "local")
	target := "//" + strings.TrimLeft(os.Getenv("TEST_TARGET"), "@/")
	shard := cmp.Or(os.Getenv("TEST_SHARD_INDEX"), "0") // a sandbox may number processes anew
	return fmt.Sprintf("%s %s %s %d %s", target, number, worker, os.Getppid(), shard)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
