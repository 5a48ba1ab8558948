package rate

import (
	"context"
	"slices"
	"sync"
	"time"
)

// memory is a store for one process.
type memory struct {
	begun  time.Time
	mu     sync.Mutex // held by a process that changes the store
	data   sync.Mutex // guards starts
	starts []Instant
}

// InMemory returns a store that forgets when the process ends.
func InMemory() Store { return &memory{begun: time.Now()} }

func (m *memory) Lock(context.Context) (func(), error) { m.mu.Lock(); return m.mu.Unlock, nil }
func (m *memory) Now() (Instant, error)                { return Instant(time.Since(m.begun)), nil }

func (m *memory) Load() ([]Instant, error) {
	m.data.Lock()
	defer m.data.Unlock()
	return slices.Clone(m.starts), nil
}

func (m *memory) Save(starts []Instant) error {
	m.data.Lock()
	defer m.data.Unlock()
	m.starts = starts
	return nil
}
