package main

import (
	"math/rand/v2"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
	"github.com/interlock-build/rules_interlock/e2e/chaos/scene"
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

func share(f fault) int { return f.share }

// common returns the faults of every scope. kills is how often a runner is killed, relative to
// other faults.
func common(kills int) []fault {
	return []fault{
		{"SIGKILL of a runner that holds", kills, killing((*world).Holders)},
		{"SIGKILL of a runner that waits", kills, killing((*world).Waiters)},
		{"SIGKILL of a case", 3, killing((*world).Cases)},
		{"SIGSTOP, SIGCONT of a runner that holds", 4, stopping((*world).Holders)},
		{"SIGSTOP, SIGCONT of a runner that waits", 3, stopping((*world).Waiters)},
		{"SIGSTOP, SIGCONT of a case", 4, stopping((*world).Cases)},
		{"clock jump of a runner", 2, jump},
		{"long SIGSTOP of a runner that waits", 1, stoppingLong},
		{"strangers' files in /dev/shm", 2, strangers},
		{"full /dev/shm", 1, fillMemory},
	}
}

// victims returns the processes that a fault can hit.
type victims func(*world) []scene.Process

// killing kills one of some processes.
func killing(whom victims) func(*world, *rand.Rand) (bool, error) {
	return func(w *world, random *rand.Rand) (bool, error) {
		return w.Kill(campaign.Pick(whom(w), random))
	}
}

// longestStop is the longest time that a process stands still. It is too short for a holder to
// lose anything.
const longestStop = 300 * time.Millisecond

// stopping makes one of some processes stand still for a while.
func stopping(whom victims) func(*world, *rand.Rand) (bool, error) {
	return func(w *world, random *rand.Rand) (bool, error) {
		return w.Stop(campaign.Pick(whom(w), random), campaign.UpTo(longestStop, random))
	}
}

// longStop is longer than others wait for a process that stands still in a queue.
const longStop = 5 * time.Second

// stoppingLong makes a waiting runner stand still until those behind overtake it.
func stoppingLong(w *world, random *rand.Rand) (bool, error) {
	if random.IntN(3) > 0 {
		return false, nil // one stands still for as long as many others take together
	}
	return w.Stop(campaign.Pick(w.Waiters(), random), longStop)
}

// farthestJump is the most that a wall clock jumps, forward or back.
const farthestJump = 2 * time.Hour

// jump sets the clock of a runner.
func jump(w *world, random *rand.Rand) (bool, error) {
	p := campaign.Pick(w.clocked(), random)
	if p == nil {
		return false, nil
	}
	own := w.clocks.Of(p.Record().PID)
	if own == nil {
		return false, nil // it has ended
	}
	own.Jump(campaign.UpTo(2*farthestJump, random) - farthestJump)
	return true, nil
}
