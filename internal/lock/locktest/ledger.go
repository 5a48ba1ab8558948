package locktest

import (
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// ledger is an account of what is held, kept by the holders themselves.
type ledger struct {
	t        *testing.T
	capacity map[string]int

	mu      sync.Mutex
	units   map[string]int
	sharers map[string]int
	most    map[string]int // the most units ever in use
	slots   map[string]map[int]bool
	starts  map[string][]time.Time // when a holder entered
}

func newLedger(t *testing.T, groups []group.Group) *ledger {
	l := &ledger{
		t:        t,
		capacity: map[string]int{},
		units:    map[string]int{},
		sharers:  map[string]int{},
		most:     map[string]int{},
		slots:    map[string]map[int]bool{},
		starts:   map[string][]time.Time{},
	}
	for _, g := range groups {
		l.capacity[g.Label], l.slots[g.Label] = g.Capacity, map[int]bool{}
	}
	return l
}

// enter records that needs are held, and fails the test if that is too much, or if another holder
// has a slot.
func (l *ledger) enter(needs []group.Need, grants map[string]group.Grant) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range needs {
		l.starts[n.Group] = append(l.starts[n.Group], now)
		l.count(n, 1)
		if l.units[n.Group] > l.capacity[n.Group] {
			l.t.Errorf("%s: %d units in use, the capacity is %d", n.Group, l.units[n.Group], l.capacity[n.Group])
		}
		if l.units[n.Group] > 0 && l.sharers[n.Group] > 0 {
			l.t.Errorf("%s: held exclusively and shared at once", n.Group)
		}
		l.enterSlots(n, grants[n.Group].Slots)
		l.most[n.Group] = max(l.most[n.Group], l.units[n.Group], l.sharers[n.Group])
	}
}

func (l *ledger) enterSlots(n group.Need, slots []int) {
	if want := map[group.Mode]int{group.Exclusive: n.Weight}[n.Mode]; len(slots) != want {
		l.t.Errorf("%+v has the slots %v, want %d", n, slots, want)
	}
	for _, slot := range slots {
		if l.slots[n.Group][slot] || slot < 0 || slot >= l.capacity[n.Group] {
			l.t.Errorf("%s: slot %d is somebody else's, or does not exist", n.Group, slot)
		}
		l.slots[n.Group][slot] = true
	}
}

// leave records that needs are about to be released.
func (l *ledger) leave(needs []group.Need, grants map[string]group.Grant) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range needs {
		l.count(n, -1)
		for _, slot := range grants[n.Group].Slots {
			delete(l.slots[n.Group], slot)
		}
	}
}

func (l *ledger) count(n group.Need, times int) {
	if n.Mode == group.Shared {
		l.sharers[n.Group] += times
		return
	}
	l.units[n.Group] += times * n.Weight
}
