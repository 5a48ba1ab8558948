// Package quantum decides how long a holder that has paid for something, such as a database that
// it has started, goes on with its own cases while others wait for the group.
//
// The next holder would have to pay again. If groups changed hands after each case, as the order
// of arrival asks, most of the time could go into paying. So a holder goes on until it has used
// what it paid for long enough: then at most a part 1/worth of the time goes into changes. After
// that the group goes to whoever has waited longest. A holder that has paid nothing has no
// quantum.
package quantum

import "time"

const (
	// Worth is how many times as long as the payment took a holder may use what it paid for.
	Worth = 5
	// Longest is the longest quantum, whatever the payment. It bounds how much longer a waiter
	// waits for each holder before it: by Longest, and the case that is running then.
	Longest = 15 * time.Second
)

// Quantum is the time in which a holder goes on although others wait. The zero value is over.
type Quantum struct{ until time.Time }

// After returns the quantum of a holder that has just paid, which took that long.
func After(paid time.Duration) Quantum {
	return Quantum{time.Now().Add(Length(paid))}
}

// Length is how long such a quantum lasts.
func Length(paid time.Duration) time.Duration { return min(Worth*paid, Longest) }

// IsOver reports whether others who wait go first.
func (q Quantum) IsOver() bool { return q.IsOverAfter(0) }

// IsOverAfter reports whether it will be over when something is done that takes that long.
func (q Quantum) IsOverAfter(takes time.Duration) bool { return !time.Now().Add(takes).Before(q.until) }
