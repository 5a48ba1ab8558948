package lock

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// All is several Held as one, in the order in which they were acquired.
type All []Held

// Release releases the parts, the last one first.
func (h All) Release() {
	for _, part := range slices.Backward(h) {
		part.Release()
	}
}

// Undo undoes the parts, the last one first.
func (h All) Undo() {
	for _, part := range slices.Backward(h) {
		part.Undo()
	}
}

// Begun calls Begun of every part.
func (h All) Begun() {
	for _, part := range h {
		part.Begun()
	}
}

// Grants returns the grants of all parts.
func (h All) Grants() map[string]group.Grant {
	all := map[string]group.Grant{}
	for _, part := range h {
		maps.Copy(all, part.Grants())
	}
	return all
}

// Lost returns the channel of the first part that can be lost. If several parts can be lost, use
// Together.
func (h All) Lost() <-chan struct{} {
	for _, part := range h {
		if lost := part.Lost(); lost != nil {
			return lost
		}
	}
	return nil
}

// Confirm confirms every part.
func (h All) Confirm() error {
	var errs []error
	for _, part := range h {
		errs = append(errs, part.Confirm())
	}
	return errors.Join(errs...)
}

// Explain implements Explainer.
func (h All) Explain() (all []string) {
	for _, part := range h {
		all = append(all, ExplanationOf(part)...)
	}
	return all
}

// Together returns all parts as one Held, which is lost as soon as one of them is. It watches the
// parts until it is released.
func (h All) Together() Held {
	ctx, over := context.WithCancel(context.Background())
	return &together{All: h, lost: h.firstLost(ctx), over: over}
}

type together struct {
	All
	lost <-chan struct{}
	once sync.Once
	over func()
}

// firstLost returns a channel that is closed when the first part is lost. It watches until ctx
// ends.
func (h All) firstLost(ctx context.Context) <-chan struct{} {
	var some []<-chan struct{}
	for _, part := range h {
		if lost := part.Lost(); lost != nil {
			some = append(some, lost)
		}
	}
	switch len(some) {
	case 0:
		return nil
	case 1:
		return some[0]
	}
	first := make(chan struct{})
	var once sync.Once
	for _, lost := range some {
		go func() {
			select {
			case <-lost:
				once.Do(func() { close(first) })
			case <-ctx.Done():
			}
		}()
	}
	return first
}

// Release implements Held. Only the first call counts: afterwards somebody else may own a part.
func (t *together) Release() {
	t.once.Do(func() {
		t.over()
		t.All.Release()
	})
}

// Undo implements Held.
func (t *together) Undo() {
	t.once.Do(func() {
		t.over()
		t.All.Undo()
	})
}

// Lost implements Held.
func (t *together) Lost() <-chan struct{} { return t.lost }
