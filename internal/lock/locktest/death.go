package locktest

import "testing"

func testDeathOfAHolder(t *testing.T, impl Implementation) {
	open, start := impl.NewProcessSpace(t, groups)
	holder := start(exclusive(db, 1))
	holder.AwaitHeld(t)
	got := startWaiting(t.Context(), t, open(), exclusive(db, 1))
	holder.Kill()
	within(t, patience, "the next one has the dead holder's group", func() { releaseNext(got) })
}

// A waiter that dies holds up nobody, whether it was next or not, and what it already had is
// free.
func testDeathOfAWaiter(t *testing.T, impl Implementation) {
	open, start := impl.NewProcessSpace(t, groups)
	holder := acquire(t, open(), exclusive(port, 1))
	waiters := []*Process{start(append(exclusive(db, 1), exclusive(port, 2)...)), start(exclusive(port, 2))}
	for _, w := range waiters {
		w.AwaitWaiting(t)
	}
	for _, w := range waiters {
		w.Kill()
	}
	holder.Release()
	acquire(t, open(), append(exclusive(db, 1), exclusive(port, 2)...)).Release()
}
