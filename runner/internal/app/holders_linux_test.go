package app

import "testing"

// The log of a case that waits names the one that has the group, in whatever runner.
func TestWaitingIsLoggedWithTheHolder(t *testing.T) {
	t.Parallel()
	g := newBuildGroup(t, 1)
	_, gate := g.startHolder()
	r := g.newTarget("echo ran").start()
	r.log.await(t, ", which is held by x_test of //pkg:x_test since ")
	gate.Open()
	r.wantExit(0)
}
