// Package cases has Go tests that stand for tests which use resources: each
// says in the log $CONTENTION_DIR/log when it starts and when it ends.
package cases

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func use(t *testing.T, resources string) {
	say(t, "start", resources)
	time.Sleep(150 * time.Millisecond)
	say(t, "end", resources)
}

// say writes a line by one write(2), which O_APPEND puts after everything that is there.
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
	if _, err := fmt.Fprintf(log, "%s target=%s case=%s run=%s uses=%s network=%s began=%s\n",
		event, os.Getenv("TEST_TARGET"), t.Name(), run, resources, network, began(t)); err != nil {
		t.Fatal(err)
	}
}

// began returns when this process was started, in seconds since boot, like program.sh.
func began(t *testing.T) string {
	t.Helper()
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	ticks, err := strconv.Atoi(fields[19])
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d.%02d", ticks/100, ticks%100)
}
