package rate

import (
	"context"
	"slices"
	"sync"
	"time"
)

// memory is a store of one process.
type memory struct {
	begun  time.Time
	mu     sync.Mutex // of those who change it
	data   sync.Mutex // of starts
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
