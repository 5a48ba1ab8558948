package app

import (
	"testing"
	"time"
)

// A binary whose cases only it knows runs user code to list them. It does so while all groups are
// held that all of its cases hold.
func TestListingHoldsWhatEveryCaseHolds(t *testing.T) {
	g := newBuildGroup(t, 1)
	binary, err := faulty()
	if err != nil {
		t.Fatal(err)
	}
	x := g.newTarget("").wrap(binary, "none", "1")
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
