package main

import (
	"math/rand/v2"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
	"github.com/interlock-build/rules_interlock/e2e/chaos/launch"
	"github.com/interlock-build/rules_interlock/e2e/chaos/scene"
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
	do func(r *round, random *rand.Rand) (bool, error)
}

func share(f fault) int { return f.share }

var faults = []fault{
	{"SIGKILL of the keeper", 3, killKeeper},
	{"SIGSTOP, SIGCONT of the keeper", 4, stopKeeper(shortStop)},
	{"long SIGSTOP, SIGCONT of the keeper", 1, stopKeeper(longStop)},
	{"start of a keeper", 3, func(r *round, _ *rand.Rand) (bool, error) { return r.keepers.start() }},
	{"services down", 1, down},
	{"services down --now", 2, downNow},
	{"SIGKILL of a setup or its server", 4, killing((*world).instances)},
	{"SIGSTOP, SIGCONT of a setup or its server", 3, stopping((*world).instances)},
	{"SIGKILL of a health check or reset", 3, killing((*world).checks)},
	{"SIGSTOP, SIGCONT of a health check or reset", 2, stopping((*world).checks)},
	{"SIGKILL of a runner that holds", 3, killing((*world).Holders)},
	{"SIGKILL of a runner that waits", 2, killing((*world).Waiters)},
	{"SIGKILL of a case", 2, killing((*world).Cases)},
	{"SIGSTOP, SIGCONT of a runner that holds", 3, stopping((*world).Holders)},
	{"SIGSTOP, SIGCONT of a runner that waits", 2, stopping((*world).Waiters)},
	{"SIGSTOP, SIGCONT of a case", 2, stopping((*world).Cases)},
	{"files of a setup written again", 3, touch},
	{"lock files written again", 2, rewrite},
}

// shortStop is the longest time that a process usually stands still. longStop is longer than a
// runner waits for a keeper.
const (
	shortStop = 500 * time.Millisecond
	longStop  = 7 * time.Second
)

// victims returns the processes that a fault can hit.
type victims func(*world) []scene.Process

func killing(whom victims) func(*round, *rand.Rand) (bool, error) {
	return func(r *round, random *rand.Rand) (bool, error) {
		return r.world.Kill(campaign.Pick(whom(r.world), random))
	}
}

// stopping makes one of some processes stand still for a while, now and then for longer than
// others wait for it.
func stopping(whom victims) func(*round, *rand.Rand) (bool, error) {
	return func(r *round, random *rand.Rand) (bool, error) {
		v := campaign.Pick(whom(r.world), random)
		return r.world.Stop(v, stopTime(random))
	}
}

func stopTime(random *rand.Rand) time.Duration {
	if random.IntN(8) == 0 {
		return 3 * time.Second
	}
	return campaign.UpTo(shortStop, random)
}

func stopKeeper(most time.Duration) func(*round, *rand.Rand) (bool, error) {
	return func(r *round, random *rand.Rand) (bool, error) {
		p := r.keepers.current()
		if p == nil || !r.world.Hold(p, true) {
			return false, nil
		}
		defer r.world.Hold(p, false)
		hit := p.Signal(unix.SIGSTOP)
		time.Sleep(campaign.UpTo(most, random))
		p.Signal(unix.SIGCONT)
		return hit, nil
	}
}

// killKeeper kills the keeper. Another one comes soon.
func killKeeper(r *round, random *rand.Rand) (bool, error) {
	hit, err := r.keepers.kill(r.world)
	if !hit || err != nil {
		return hit, err
	}
	return hit, r.nextKeeper(random)
}

// nextKeeper starts another keeper, at once or a while later.
func (r *round) nextKeeper(random *rand.Rand) error {
	if random.IntN(3) > 0 {
		time.Sleep(campaign.UpTo(1500*time.Millisecond, random))
	}
	_, err := r.keepers.start()
	return err
}

// down ends the keeper when nobody uses a service any more.
func down(r *round, random *rand.Rand) (bool, error) {
	if r.keepers.current() == nil {
		return false, nil
	}
	r.find(r.keepers.down())
	return true, r.nextKeeper(random)
}

// downNow ends the keeper, whoever uses a service.
func downNow(r *round, random *rand.Rand) (bool, error) {
	hit, err := r.keepers.whileBroken(r.world, func(*launch.Process) bool {
		r.find(r.keepers.down("--now"))
		return true
	})
	if !hit || err != nil {
		return hit, err
	}
	return hit, r.nextKeeper(random)
}

// touch writes a file of a setup again.
func touch(r *round, random *rand.Rand) (bool, error) {
	b := r.builds[r.plan.files(random.IntN(builds))]
	return true, b.touch(campaign.Pick(r.plan.groups, random).name, campaign.Pick(groupPrograms, random))
}

// rewrite writes the lock files of a group again, so that its holders lose it.
func rewrite(r *round, random *rand.Rand) (bool, error) {
	if r.plan.scope != "build" || !r.rewriting.TryLock() {
		return false, nil
	}
	defer r.rewriting.Unlock()
	return true, campaign.Pick(r.builds, random).rewrite(r.world, campaign.Pick(r.plan.groups, random).name)
}
