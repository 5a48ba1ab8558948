package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// contendTask acquires, holds and releases repeatedly, without a pause.
type contendTask struct {
	// Needs are the needs, one of which each round takes at random.
	Needs  []group.Need
	Rounds int
	// Hold is how long each round holds, plus or minus half of it.
	Hold time.Duration
	Seed uint64
}

// history is the result of a contendTask.
type history struct {
	Requests []request
	// CPU is the processor time that all of it took.
	CPU time.Duration
}

// request is one round, as its own process saw it.
type request struct {
	Need group.Need
	// Asked is just before Acquire was called.
	Asked instant
	// Queued and StillWaiting are the first and the last time that Acquire reported that it
	// waits; 0 if it never did. At Queued it has its place in the queue.
	Queued, StillWaiting instant
	// Got is just after Acquire returned, Releasing just before Release.
	Got, Releasing instant
}

func (t *contendTask) do(locker lock.Locker) (any, error) {
	random := rand.New(rand.NewPCG(t.Seed, 1))
	used := cpuTime()
	h := history{}
	for range t.Rounds {
		r, err := t.round(locker, random)
		if err != nil {
			return nil, err
		}
		h.Requests = append(h.Requests, r)
	}
	h.CPU = cpuTime() - used
	return h, nil
}

func (t *contendTask) round(locker lock.Locker, random *rand.Rand) (request, error) {
	r := request{Need: t.Needs[random.IntN(len(t.Needs))]}
	ctx := lock.WithTrace(context.Background(), lock.Trace{Waiting: func(string) {
		r.StillWaiting = now()
		if r.Queued == 0 {
			r.Queued = r.StillWaiting
		}
	}})
	r.Asked = now()
	held, err := locker.Acquire(ctx, []group.Need{r.Need})
	if err != nil {
		return r, err
	}
	r.Got = now()
	time.Sleep(t.Hold/2 + rand.N(t.Hold))
	r.Releasing = now()
	held.Release()
	return r, nil
}

// contention is what several processes do to one group, of scope build unless another space is
// given.
type contention struct {
	capacity, configurations, processes int
	needs                               []group.Need
	bare                                bool
	space                               *space
}

// run makes the processes make about total requests in all.
func (c contention) run(total int, hold time.Duration, seed uint64) ([]history, error) {
	s := c.space
	if s == nil {
		made, err := newSpace(c.capacity, c.configurations)
		if err != nil {
			return nil, err
		}
		defer made.remove()
		s = &made
	}
	var orders []order
	for p := range c.processes {
		orders = append(orders, order{Space: *s, Bare: c.bare, Contend: &contendTask{
			Needs: c.needs, Rounds: max(1, total/c.processes), Hold: hold, Seed: seed<<16 + uint64(p),
		}})
	}
	return workTogether[history](orders)
}
