package engine

import (
	"sync"

	"github.com/interlock-build/rules_interlock/internal/lock"
)

// maxShared is how many cases for each worker share groups before waiters of other processes that
// want the groups exclusively have their turn.
const maxShared = 8

// share is groups that cases share: one case has asked for them, and others of the process join
// it. If each case asked by itself, it would let in waiters of other processes that want the
// groups exclusively, and then wait for the slowest of all shared holders.
type share struct {
	lock.Held

	mu      sync.Mutex
	holders int // 0 when it is given back
	joins   int // how many are left
}

func newShare(held lock.Held, workers int) *share {
	return &share{Held: held, holders: 1, joins: maxShared*workers - 1}
}

// open reports whether one more case can join. A nil share is not open.
func (s *share) open() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.holders > 0 && s.joins > 0
}

// join makes one more case a holder, if it can.
func (s *share) join() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holders == 0 || s.joins == 0 {
		return false
	}
	s.holders++
	s.joins--
	return true
}

// Undo is Release: starts of cases that share are not counted here (class.shares).
func (s *share) Undo() { s.Release() }

// Release is called by each holder. The last one gives the groups back.
func (s *share) Release() {
	s.mu.Lock()
	s.holders--
	last := s.holders == 0
	s.mu.Unlock()
	if last {
		s.Held.Release()
	}
}
