package engine

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// Retries says whether, and when, bad cases run again.
type Retries struct {
	// PerCase is how often a bad case runs again, until it passes.
	PerCase int
	// Budget is the number of retries for all cases together.
	Budget int
	// Delay is how long a case rests, without its groups, before its first retry. Before each
	// further retry it rests twice as long, up to MaxDelay. Each delay is shortened by a random
	// jitter of up to a half, so that cases that failed together are not retried together.
	Delay, MaxDelay time.Duration
	// FlakyFails says whether a case that has passed in a retry fails.
	FlakyFails bool
}

// delay returns how long a case rests after that many attempts.
func (r Retries) delay(attempts int) time.Duration {
	longest := r.Delay
	for range attempts - 1 {
		if longest >= r.MaxDelay {
			break
		}
		longest *= 2
	}
	longest = min(longest, r.MaxDelay)
	return longest - time.Duration(rand.Float64()*float64(longest)/2)
}

// retry is a case that will run again.
type retry struct {
	c   event.Case
	ran time.Duration // in the last attempt
	at  time.Time     // when it is to run
}

// rest waits until a case is to run, or the run ends.
func (r *run) rest(next retry) {
	timer := time.NewTimer(time.Until(next.at))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.starting.Done():
	}
}

// attempts records which cases were bad so far, and how often.
type attempts struct {
	rules Retries

	mu   sync.Mutex
	made int // retries
	bad  map[event.Case][]event.Outcome
}

func newAttempts(rules Retries) *attempts {
	return &attempts{rules: rules, bad: map[event.Case][]event.Outcome{}}
}

// next returns the number of a case's next attempt, or of the current one.
func (a *attempts) next(c event.Case) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.bad[c]) + 1
}

// again returns how long a bad case rests. It is not ok if that was the case's last attempt.
func (a *attempts) again(c event.Case, outcome event.Outcome) (delay time.Duration, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.bad[c]) >= a.rules.PerCase || a.made >= a.rules.Budget {
		return 0, false
	}
	a.made++
	a.bad[c] = append(a.bad[c], outcome)
	return a.rules.delay(len(a.bad[c])), true
}

// settle adds the earlier attempts to a case's last event.
func (a *attempts) settle(e *event.CaseFinished) {
	a.mu.Lock()
	defer a.mu.Unlock()
	earlier := a.bad[e.Case]
	switch {
	case len(earlier) == 0:
	case e.Attempt == 0:
		// The retry did not take place: the outcome is that of the last attempt.
		why := e.Outcome.Message
		e.Outcome = earlier[len(earlier)-1]
		e.Outcome.Message += fmt.Sprintf(" (again: %s)", why)
		e.Attempt = len(earlier)
	case a.rules.FlakyFails && e.Outcome.Status == event.Passed:
		e.Outcome = event.Outcome{
			Status: event.Failed, Type: event.TypeFlaky,
			Message: fmt.Sprintf("passed only in attempt %d, and a flaky case fails", e.Attempt),
		}
	}
}
