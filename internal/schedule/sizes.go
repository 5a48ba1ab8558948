package schedule

import "time"

// startOfAProcess is the least time that a process takes to start. It is not worth sharing out
// less work than that.
const startOfAProcess = 4 * time.Millisecond

const (
	// worthAStart is how many times as long as its process takes to start a batch should run, if
	// there is that much work left.
	worthAStart = 5
	// mostStarts is the same number at most for a batch whose cases have unknown durations: more
	// gains little, and all of them may be slow.
	mostStarts = 100
	// firstUnknown is how many cases of unknown duration are taken at first.
	firstUnknown = 50
)

// start returns how long a process takes to start, including what it has to set up for all of its
// cases.
func (a *Agenda) start() time.Duration {
	if a.startups == 0 {
		return startOfAProcess
	}
	return max(startOfAProcess, a.startup/time.Duration(a.startups))
}

// ObserveStart learns how long a process took to start its first case.
func (a *Agenda) ObserveStart(took time.Duration) {
	a.startup += took
	a.startups++
}

// BatchSize returns how many cases of a class without needs one worker takes at once: many at
// first, because a process has a cost, and few towards the end, so that all workers end together
// (guided self-scheduling: Polychronopoulos and Kuck, 1987).
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

// divide returns n/parts, rounded up.
func divide(n, parts int) int { return (n + parts - 1) / parts }
