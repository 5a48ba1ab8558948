package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A binary whose cases only it knows runs user code to tell them: under the groups
// that all of its cases hold.
func TestListingHoldsWhatEveryCaseHolds(t *testing.T) {
	g := newBuildGroup(t, 1)
	x := g.newTarget("")
	binary, err := faulty()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(x.dir, "x_test.runfiles/_main/pkg/program")
	if err := os.Remove(program); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary, program); err != nil {
		t.Fatal(err)
	}
	x.manifest["framework"], x.manifest["workers"] = "go", "1"
	x.vars["FAULT"], x.vars["JOURNAL"] = "none", filepath.Join(x.dir, "journal")
	other := g.newTarget("echo held; sleep 2")
	done := make(chan struct{})
	go func() { defer close(done); other.run() }()
	time.Sleep(500 * time.Millisecond)
	began := time.Now()
	r := x.run()
	r.wantExit(0)
	r.wantLog("interlock: listing the cases waits for //r:db\n")
	if took := time.Since(began); took < time.Second {
		t.Errorf("it has not waited: %s", took)
	}
	if n := x.journal()["process"]; n == 0 {
		t.Error("nothing ran")
	}
	<-done
}
