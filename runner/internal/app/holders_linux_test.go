package app

import "testing"

// The log of a waiting case names the holder of the group, in whatever runner it is.
func TestWaitingIsLoggedWithTheHolder(t *testing.T) {
	t.Parallel()
	g := newBuildGroup(t, 1)
	_, gate := g.startHolder()
	r := g.newTarget("echo ran").start()
	r.log.await(t, ", which is held by x_test of //pkg:x_test since ")
	gate.Open()
	r.wantExit(0)
}
