package engine

import (
	"time"

	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// effects do what the dispatcher has decided. The dispatcher calls them while it is locked, so
// they must not wait, and must call it only later.
type effects interface {
	// hold acquires the groups of a, which has wanted them since then. It calls wait each time
	// that it begins to wait for a group, and answer in the end, and then undoes what answer
	// returns.
	hold(a *ask, since time.Time)
	// execute runs h on a worker, releases it, and calls finished.
	execute(h holding, worker int)
	// rest calls rested when it is time to run a case again.
	rest(c *schedule.Class, r retry)
}

// concurrent is the effects of a run: each effect is a goroutine.
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
