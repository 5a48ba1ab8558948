package engine

import (
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// effects do what the dispatcher has decided. The dispatcher calls them while it is locked, so
// they must not wait, and must call it only later.
type effects interface {
	// hold acquires the groups of a. It calls wait each time that it begins to wait for a group,
	// and answer in the end, and then undoes what answer returns.
	hold(a *ask)
	// execute runs h on a worker, releases it, and calls finished.
	execute(h holding, worker int)
	// rest calls rested when it is time to run a case again.
	rest(c *schedule.Class, r retry)
}

// concurrent is the effects of a run: each effect is a goroutine.
type concurrent struct{ *dispatcher }

func (d concurrent) hold(a *ask) {
	go func() {
		if back := d.answer(a, d.run.hold(sharing(a.cases), func() { d.wait(a) })); back != nil {
			back.Undo()
		}
	}()
}

func (d concurrent) execute(h holding, worker int) {
	h.number = d.run.nextBatch()
	go func() {
		retries := d.run.execute(h, worker)
		d.run.release(h)
		d.finished(h, worker, retries)
	}()
}

func (d concurrent) rest(c *schedule.Class, r retry) {
	go func() {
		d.run.rest(r)
		d.run.waits.queue([]event.Case{r.c}, c.Needs, time.Now())
		d.rested(c, r)
	}()
}
