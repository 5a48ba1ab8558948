package register

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/rate"
)

// held is the units of all groups of one Acquire.
type held struct {
	locker  *locker
	once    sync.Once
	units   []*units
	counted *rate.Counted
	lost    chan struct{}
}

func newHeld(l *locker) *held { return &held{locker: l, lost: make(chan struct{})} }

// Release implements lock.Held.
func (h *held) Release() {
	h.once.Do(func() {
		h.counted.End()
		h.release()
	})
}

// Undo implements lock.Held.
func (h *held) Undo() {
	h.once.Do(func() {
		h.counted.Uncount()
		h.release()
	})
}

func (h *held) release() {
	h.locker.holdings.remove(h)
	for _, u := range slices.Backward(h.units) {
		u.release()
		h.locker.stations.putBack(u.group.Label, u.station)
	}
}

// Begun implements lock.Held.
func (h *held) Begun() { h.counted.Begun() }

// Grants implements lock.Held.
func (h *held) Grants() map[string]group.Grant {
	grants := map[string]group.Grant{}
	for _, u := range h.units {
		grants[u.group.Label] = u.grant()
	}
	return grants
}

// Lost implements lock.Held. The kernel keeps a lock as long as its holder lives, but the file
// may be replaced, as after `bazel clean`, and others lock the new one.
func (h *held) Lost() <-chan struct{} { return h.lost }

// Confirm implements lock.Held.
func (h *held) Confirm() error {
	for _, u := range h.units {
		if u.isLost() {
			return fmt.Errorf("%w: the lock files of %s were removed or written again while they were held, "+
				"as by `bazel clean` beside a run", lock.ErrLost, u.group.Label)
		}
	}
	return nil
}

// vigilance is how often a holder checks that it still has its groups.
const vigilance = 250 * time.Millisecond

// holdings are the groups that a locker holds and watches.
type holdings struct {
	mu       sync.Mutex
	all      map[*held]bool
	watching bool
}

func (h *holdings) add(one *held) {
	if len(one.units) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.all == nil {
		h.all = map[*held]bool{}
	}
	h.all[one] = true
	if !h.watching {
		h.watching = true
		time.AfterFunc(vigilance, h.look)
	}
}

func (h *holdings) remove(one *held) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.all, one)
}

// look tells holders that have lost something, and runs again as long as something is held. A
// holder that is removed from h.all is told nothing more.
func (h *holdings) look() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for one := range h.all {
		if one.Confirm() != nil {
			close(one.lost)
			delete(h.all, one)
		}
	}
	if h.watching = len(h.all) > 0; h.watching {
		time.AfterFunc(vigilance, h.look)
	}
}
