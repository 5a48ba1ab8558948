package engine

import "time"

// worthAProcess is for how long a batch should run, where that much is left: a
// process takes some milliseconds to start.
const worthAProcess = 20 * time.Millisecond

// startOfAProcess is what it takes about: sharing out less work than that
// gains nothing.
const startOfAProcess = 4 * time.Millisecond

// batchSize returns how many cases of a class that needs nothing one worker
// takes at once: many at first, since a process is not free, and few towards
// the end, so that all workers end together (guided self-scheduling:
// Polychronopoulos and Kuck, 1987).
func (a *agenda) batchSize(c *class) int {
	left := len(c.left())
	switch {
	case !a.batches || left == 0 || c.left()[0].retry:
		return min(left, 1)
	case c.unknown > 0 && c.count == 0:
		return divide(left, 2*a.workers)
	}
	mean := max(c.mean(a.mean()), time.Microsecond)
	work := c.work(mean)
	if work <= startOfAProcess {
		return left
	}
	budget := max(work/time.Duration(2*a.workers), min(worthAProcess, work/time.Duration(a.workers)))
	n, sum := 0, time.Duration(0)
	for n < left && (n == 0 || sum < budget) {
		next := c.left()[n].Takes
		if next == 0 {
			next = mean
		}
		if n > 0 && sum+next > budget*5/4 {
			break
		}
		sum += next
		n++
	}
	return n
}

// divide is a part of n, rounded up.
func divide(n, parts int) int { return (n + parts - 1) / parts }
