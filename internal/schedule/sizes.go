package schedule

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
func (a *Agenda) start() time.Duration {
	if a.startups == 0 {
		return startOfAProcess
	}
	return max(startOfAProcess, a.startup/time.Duration(a.startups))
}

// ObserveStart learns how long a process took to its first case.
func (a *Agenda) ObserveStart(took time.Duration) {
	a.startup += took
	a.startups++
}

// BatchSize returns how many cases of a class that needs nothing one worker
// takes at once: many at first, since a process is not free, and few towards
// the end, so that all workers end together (guided self-scheduling:
// Polychronopoulos and Kuck, 1987).
func (a *Agenda) BatchSize(c *Class) int {
	left := len(c.Left())
	switch {
	case !a.Batches || left == 0 || c.Left()[0].Retry:
		return min(left, 1)
	case c.unknown > 0 && c.count == 0:
		return min(divide(left, 2*a.Workers), firstUnknown)
	}
	mean, start := max(c.mean(a.mean()), time.Microsecond), a.start()
	work := c.work(mean)
	if work <= start {
		return left
	}
	budget := max(work/time.Duration(2*a.Workers), min(worthAStart*start, work/time.Duration(a.Workers)))
	if c.unknown > 0 {
		budget = min(budget, mostStarts*start)
	}
	n, sum := 0, time.Duration(0)
	for n < left && (n == 0 || sum < budget) {
		next := c.Left()[n].Takes
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
