// Package cases has Go tests that stand for tests which use resources: each
// says in the log $CONTENTION_DIR/log when it starts and when it ends.
package cases

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

func use(t *testing.T, resources string) {
	say(t, caselog.Start, resources)
	time.Sleep(150 * time.Millisecond)
	say(t, caselog.End, resources)
}

// say writes a record without a time, like program.sh.
func say(t *testing.T, event caselog.Event, resources string) {
	t.Helper()
	network, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	uses, err := caselog.ParseUses(resources)
	if err != nil {
		t.Fatal(err)
	}
	born, err := caselog.Born()
	if err != nil {
		t.Fatal(err)
	}
	log, err := caselog.Append(filepath.Join(os.Getenv("CONTENTION_DIR"), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if err := log.Write(caselog.Record{
		Event: event,
		Run:   os.Getenv("TEST_TARGET") + " " + cmp.Or(os.Getenv("TEST_RUN_NUMBER"), "1"),
		Case:  t.Name(),
		PID:   os.Getpid(),
		Born:  born,
		Uses:  uses,
		Facts: map[string]string{"network": network},
	}); err != nil {
		t.Fatal(err)
	}
}
