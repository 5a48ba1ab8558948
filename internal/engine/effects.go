package engine

import (
	"time"

	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// effects do what the dispatcher has decided. It calls them while it is locked, so
// they do not wait, and call it later only.
type effects interface {
	// hold gets the groups of a, which has wanted them since then. It calls wait
	// each time that begins to wait for one, and answer in the end, and then undoes
	// what that returns.
	hold(a *ask, since time.Time)
	// execute runs h on a worker, releases it, and calls finished.
	execute(h holding, worker int)
	// rest calls rested when it is time for a case to run again.
	rest(c *schedule.Class, r retry)
}

// concurrent are the effects of a run: each is a goroutine.
type concurrent struct{ *dispatcher }

func (d concurrent) hold(a *ask, since time.Time) {
	go func() {
		if back := d.answer(a, d.run.hold(sharing(a.cases), since, func() { d.wait(a) })); back != nil {
			back.Undo()
		}
	}()
}

func (d concurrent) execute(h holding, worker int) {
	go func() {
		retries := d.run.execute(h, worker)
		h.release()
		d.finished(h, worker, retries)
	}()
}

func (d concurrent) rest(c *schedule.Class, r retry) {
	go func() {
		d.run.rest(r)
		d.rested(c, r)
	}()
}
