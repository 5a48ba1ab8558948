package engine

import "time"

// startOfAProcess is what a process takes to start, at least. Sharing out less
// work than that gains nothing.
const startOfAProcess = 4 * time.Millisecond

const (
	// worthAStart is how many times as long as its process takes to start a
	// batch should run, where that much is left.
	worthAStart = 5
	// mostStarts is how many times as long a batch runs at most whose cases are
	// not known: more gains little, and they may all be slow ones.
	mostStarts = 100
	// firstUnknown is how many cases are taken at first of which nothing is
	// known.
	firstUnknown = 50
)

// start is what a process takes to start: before it, there may be much to set
// up for all of its cases.
func (a *agenda) start() time.Duration {
	if a.startups == 0 {
		return startOfAProcess
	}
	return max(startOfAProcess, a.startup/time.Duration(a.startups))
}

// observeStart learns how long a process took to its first case.
func (a *agenda) observeStart(took time.Duration) {
	a.startup += took
	a.startups++
}

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
		return min(divide(left, 2*a.workers), firstUnknown)
	}
	mean, start := max(c.mean(a.mean()), time.Microsecond), a.start()
	work := c.work(mean)
	if work <= start {
		return left
	}
	budget := max(work/time.Duration(2*a.workers), min(worthAStart*start, work/time.Duration(a.workers)))
	if c.unknown > 0 {
		budget = min(budget, mostStarts*start)
	}
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
