package event

import "sync"

// Sink consumes events.
type Sink interface {
	// Handle is called with one event at a time, in the order in which they happen.
	Handle(Event)
}

// fanOut hands each event to several sinks.
type fanOut struct {
	mu    sync.Mutex
	sinks []Sink
}

// FanOut returns a sink that may be called from several goroutines and hands
// each event to all of sinks, one event at a time.
func FanOut(sinks ...Sink) Sink { return &fanOut{sinks: sinks} }

func (f *fanOut) Handle(e Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.sinks {
		s.Handle(e)
	}
}
