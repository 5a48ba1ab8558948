// Package cases has Go tests that stand for tests which use resources: each
// says in the log $CONTENTION_DIR/log when it starts and when it ends.
package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestDB1(t *testing.T)       { use(t, "db") }
func TestDB2(t *testing.T)       { use(t, "db") }
func TestDB3(t *testing.T)       { use(t, "db") }
func TestDBAndPort(t *testing.T) { use(t, "db,port") }
func TestPort1(t *testing.T)     { use(t, "port") }
func TestPort2(t *testing.T)     { use(t, "port") }
func TestAPI1(t *testing.T)      { use(t, "api") }
func TestAPI2(t *testing.T)      { use(t, "api") }
func TestAPI3(t *testing.T)      { use(t, "api") }
func TestAPI4(t *testing.T)      { use(t, "api") }
func TestNothing1(t *testing.T)  { use(t, "") }
func TestNothing2(t *testing.T)  { use(t, "") }

func TestSmall1(t *testing.T) { use(t, "pool") }
func TestSmall2(t *testing.T) { use(t, "pool") }
func TestSmall3(t *testing.T) { use(t, "pool") }
func TestBig1(t *testing.T)   { use(t, "pool=2") }
func TestBig2(t *testing.T)   { use(t, "pool=2") }
func TestRead1(t *testing.T)  { use(t, "pool=shared") }
func TestRead2(t *testing.T)  { use(t, "pool=shared") }
func TestRead3(t *testing.T)  { use(t, "pool=shared") }
func TestRead4(t *testing.T)  { use(t, "pool=shared") }
func TestRead5(t *testing.T)  { use(t, "pool=shared") }
func TestRead6(t *testing.T)  { use(t, "pool=shared") }

func use(t *testing.T, resources string) {
	say(t, "start", resources)
	time.Sleep(150 * time.Millisecond)
	say(t, "end", resources)
}

// say writes a line by one write(2), which O_APPEND puts behind all that is there.
func say(t *testing.T, event, resources string) {
	t.Helper()
	run := os.Getenv("TEST_RUN_NUMBER")
	if run == "" {
		run = "1"
	}
	network, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.OpenFile(filepath.Join(os.Getenv("CONTENTION_DIR"), "log"), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if _, err := fmt.Fprintf(log, "%s target=%s case=%s run=%s uses=%s network=%s\n",
		event, os.Getenv("TEST_TARGET"), t.Name(), run, resources, network); err != nil {
		t.Fatal(err)
	}
}
