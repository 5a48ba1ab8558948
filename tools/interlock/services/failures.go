package services

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/service"
)

const (
	// maxFailures is the number of failures in a row after which a setup is not tried for a while:
	// each may take its whole timeout, and its output, once told, is told.
	maxFailures = 2
	// rest is that while.
	rest = time.Minute
)

// attempt is what was tried: the same setup of the same group.
type attempt struct{ group, digest string }

// failures are the setups that have failed. The zero value is empty.
type failures struct {
	mu  sync.Mutex
	all map[attempt]failure
}

type failure struct {
	count int
	err   error
	at    time.Time
}

// note notes a failure.
func (f *failures) note(a attempt, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all == nil {
		f.all = map[attempt]failure{}
	}
	f.all[a] = failure{f.all[a].count + 1, err, time.Now()}
}

// forget forgets the failures of a setup that has succeeded.
func (f *failures) forget(a attempt) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, a)
}

// refusal says briefly why a setup is not tried now; nil if it is.
func (f *failures) refusal(a attempt) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	last := f.all[a]
	left := rest - time.Since(last.at)
	if last.count < maxFailures || left <= 0 {
		return nil
	}
	failed := &service.SetupError{Setup: "of the group", Err: last.err}
	if known := (*service.SetupError)(nil); errors.As(last.err, &known) {
		failed.Setup, failed.Err = known.Setup, known.Err
	}
	failed.Err = fmt.Errorf("%w, %d times in a row, and is not tried again for %s", failed.Err, last.count, left.Round(time.Second))
	failed.Said = "\nhint: the first errors say what it printed"
	return failed
}
