package cluster

import (
	"context"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
)

// linger is how long an unused session is kept.
const linger = 5 * time.Second

// sessions gives all acquisitions of a locker the same session, as long as it lives.
type sessions struct {
	find func() (coordinator.Config, error)
	// many says that thousands may wait.
	many bool

	mu      sync.Mutex
	current *session // nil if there is none
	idle    *time.Timer
	opening *opening // nil if none is under way
	left    bool
}

// opening is a session that is being opened, for all acquisitions that wait for one.
type opening struct {
	done chan struct{}
	err  error // once done is closed
}

// use returns the session, which it may have to open first. The caller must call done in the end.
func (m *sessions) use(ctx context.Context) (*session, error) {
	for {
		s, o := m.get()
		if o == nil && s == nil {
			return nil, ErrLeft
		}
		if s != nil {
			return s, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-o.done:
			if o.err != nil {
				return nil, o.err
			}
		}
	}
}

// get returns the session for one more user, or else the one that is being opened; neither after
// leave.
func (m *sessions) get() (*session, *opening) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.current != nil && !m.current.isLost() {
		m.current.users++
		return m.current, nil
	}
	if m.left {
		return nil, nil
	}
	if m.opening == nil {
		m.opening = &opening{done: make(chan struct{})}
		go m.open(m.opening)
	}
	return nil, m.opening
}

func (m *sessions) open(o *opening) {
	defer close(o.done)
	config, err := m.find()
	var s *session
	if err == nil {
		s, err = openSession(config)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.opening = nil
	if err != nil {
		o.err = err
		return
	}
	if m.current != nil && m.current.users == 0 {
		go m.current.close()
	}
	if m.left {
		o.err = ErrLeft
		go s.leave()
		return
	}
	s.many = m.many
	m.current = s
	m.idle = time.AfterFunc(linger, func() { m.closeIdle(s) })
}

// done says that one of its users no longer needs s.
func (m *sessions) done(s *session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.users--
	switch {
	case s.users > 0:
	case m.left:
	case s == m.current:
		m.idle.Reset(linger)
	default: // it was lost, and another one has replaced it
		go s.close()
	}
}

func (m *sessions) closeIdle(s *session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s == m.current && s.users == 0 {
		m.current = nil
		go s.close()
	}
}

// peek returns the session if there is one; it may end at any time.
func (m *sessions) peek() *session {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.current
}

// leave ends the session and leaves its lease to itself. There is no session after that.
func (m *sessions) leave() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left = true
	if m.current != nil {
		m.idle.Stop()
		m.current.leave()
		m.current = nil
	}
}
