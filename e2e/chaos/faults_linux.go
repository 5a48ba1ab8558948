package main

import (
	"math/rand/v2"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"golang.org/x/sys/unix"
)

// fault is a kind of fault.
type fault struct {
	// kind is its name in the table.
	kind string
	// share is how often it comes, relative to the others.
	share int
	// do causes it, and reports whether there was something to hit. It may take its time; other
	// faults continue meanwhile.
	do func(w *world, random *rand.Rand) (bool, error)
}

// common returns the faults of every scope. kills is how often a runner is killed, relative to
// other faults.
func common(kills int) []fault {
	return []fault{
		{"SIGKILL of a runner that holds", kills, killing(holders)},
		{"SIGKILL of a runner that waits", kills, killing(waiters)},
		{"SIGKILL of a case", 3, killing(cases)},
		{"SIGSTOP, SIGCONT of a runner that holds", 4, stopping(holders)},
		{"SIGSTOP, SIGCONT of a runner that waits", 3, stopping(waiters)},
		{"SIGSTOP, SIGCONT of a case", 4, stopping(cases)},
		{"clock jump of a runner", 2, jump},
		{"long SIGSTOP of a runner that waits", 1, stoppingLong},
		{"strangers' files in /dev/shm", 2, strangers},
		{"full /dev/shm", 1, fillMemory},
	}
}

// killing kills one of some processes.
func killing(whom victims) func(*world, *rand.Rand) (bool, error) {
	return func(w *world, random *rand.Rand) (bool, error) {
		if p := pick(whom(w), random); p != nil {
			return w.do(caselog.Kill, p, unix.SIGKILL)
		}
		return false, nil
	}
}

// longestStop is the longest time that a process stands still. It is too short for a holder to
// lose anything.
const longestStop = 300 * time.Millisecond

// stopping makes one of some processes stand still for a while.
func stopping(whom victims) func(*world, *rand.Rand) (bool, error) {
	return func(w *world, random *rand.Rand) (bool, error) {
		return w.stop(pick(whom(w), random), upTo(longestStop, random))
	}
}

// longStop is longer than others wait for a process that stands still in a queue.
const longStop = 5 * time.Second

// stoppingLong makes a waiting runner stand still until those behind overtake it.
func stoppingLong(w *world, random *rand.Rand) (bool, error) {
	if random.IntN(3) > 0 {
		return false, nil // one stands still for as long as many others take together
	}
	return w.stop(pick(waiters(w), random), longStop)
}

// stop makes a process stand still.
func (w *world) stop(p process, how time.Duration) (bool, error) {
	if p == nil || !w.mark(p, true) {
		return false, nil
	}
	defer w.mark(p, false)
	hit, err := w.do(caselog.Stop, p, unix.SIGSTOP)
	if err != nil {
		return hit, err
	}
	time.Sleep(how)
	p.signal(unix.SIGCONT)
	return hit, w.note(caselog.Continue, p)
}

// mark notes whether a process stands still, and reports whether that is a change.
func (w *world) mark(p process, still bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped[p] == still {
		return false
	}
	w.stopped[p] = still
	return true
}

// farthestJump is the most that a wall clock jumps, forward or back.
const farthestJump = 2 * time.Hour

// jump sets the clock of a runner.
func jump(w *world, random *rand.Rand) (bool, error) {
	p := pick(clocked(w), random)
	if p == nil {
		return false, nil
	}
	own := w.clocks.Of(p.record().PID)
	if own == nil {
		return false, nil // it has ended
	}
	own.Jump(upTo(2*farthestJump, random) - farthestJump)
	return true, nil
}

func pick(from []process, random *rand.Rand) process {
	if len(from) == 0 {
		return nil
	}
	return from[random.IntN(len(from))]
}

// draw returns one of faults, in proportion to its share.
func draw(faults []fault, random *rand.Rand) fault {
	all := 0
	for _, f := range faults {
		all += f.share
	}
	n := random.IntN(all)
	for _, f := range faults {
		if n -= f.share; n < 0 {
			return f
		}
	}
	panic("shares are positive")
}
