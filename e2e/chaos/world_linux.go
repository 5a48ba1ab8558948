package main

import (
	"sync"

	"github.com/interlock-build/rules_interlock/e2e/chaos/clock"
	"github.com/interlock-build/rules_interlock/e2e/chaos/scene"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// world is what is going on in a round, as far as it can be seen from outside.
type world struct {
	*scene.Scene[*runner]
	clocks *clock.Server // of some runners; may be nil
	// memory is locked while there is no room in the shared memory.
	memory sync.Mutex
}

func newWorld(log string, clocks *clock.Server) (*world, error) {
	s, err := scene.Open[*runner](log)
	return &world{Scene: s, clocks: clocks}, err
}

// look reads what is new in the log.
func (w *world) look() error {
	_, err := w.Look()
	return err
}

// clocked returns the runners with a clock of their own.
func (w *world) clocked() []scene.Process {
	if w.clocks == nil {
		return nil
	}
	return w.Choose(func(r *runner, _ []*scene.Case[*runner]) []scene.Process {
		if w.clocks.Of(r.PID()) == nil {
			return nil
		}
		return []scene.Process{r}
	})
}

// say logs what was done to groups. A nil world logs nothing.
func (w *world) say(event caselog.Event, where string, groups ...string) error {
	if w == nil {
		return nil
	}
	return w.Say(event, where, groups...)
}
