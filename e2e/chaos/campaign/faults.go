package campaign

import (
	"fmt"
	"math/rand/v2"
	"sync"
)

// Draw returns one of some faults, in proportion to its share.
func Draw[Fault any](faults []Fault, share func(Fault) int, random *rand.Rand) Fault {
	all := 0
	for _, f := range faults {
		all += share(f)
	}
	n := random.IntN(all)
	for _, f := range faults {
		if n -= share(f); n < 0 {
			return f
		}
	}
	panic("shares are positive")
}

// Faults are those that were done. The zero value is none.
type Faults struct {
	mu   sync.Mutex
	done map[string]int
	errs []error
}

// Count notes that a fault of a kind was done, or could not be.
func (f *Faults) Count(kind string, done bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done == nil {
		f.done = map[string]int{}
	}
	if done {
		f.done[kind]++
	}
	if err != nil {
		f.errs = append(f.errs, fmt.Errorf("%s: %w", kind, err))
	}
}

// Done returns how many were done, by kind. No other one may be under way.
func (f *Faults) Done() map[string]int { return f.done }

// Err returns the first error.
func (f *Faults) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.errs) == 0 {
		return nil
	}
	return f.errs[0]
}

// Sum returns how many faults there are of all kinds.
func Sum(faults map[string]int) (sum int) {
	for _, n := range faults {
		sum += n
	}
	return sum
}
