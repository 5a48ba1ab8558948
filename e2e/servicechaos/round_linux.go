package main

import (
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
	"github.com/interlock-build/rules_interlock/internal/lock/host"
)

const (
	// crowd is the most runners at the same time.
	crowd = 10
	// lasting is how long faults go on.
	lasting = 8 * time.Second
	// patience is how long runners have to end after that: far more than they need.
	patience = 2 * time.Minute
	// mostFaults is the most faults at the same time.
	mostFaults = 6
)

// pause is the time from one fault to the next, or from one runner to the next.
func pause(random *mathrand.Rand) time.Duration {
	return time.Duration(20+random.IntN(180)) * time.Millisecond
}

// round is a numbered round of a seed. The number and the seed determine what it is about, what its
// runners do, and which faults come in which order. Their timing is not deterministic.
type round struct {
	seed, number int
	programs     programs
	// dir has all of its files.
	dir string
	// mark is in the environment of all its processes.
	mark string

	plan      plan
	builds    []*build
	world     *world
	keepers   *keepers
	rewriting sync.Mutex

	faults campaign.Faults

	mu       sync.Mutex
	findings check.Findings
}

// random returns the source of randomness for the n-th thing of a kind in the round.
func (r *round) random(kind string, n int) *mathrand.Rand {
	return campaign.Random(r.seed, r.number, kind, n)
}

func (r *round) path(name string) string { return filepath.Join(r.dir, name) }
func (r *round) caselog() string         { return r.path("caselog") }

// run runs the round, and returns what was done and found.
func (r *round) run() (outcome, error) {
	if err := r.prepare(); err != nil {
		return outcome{}, err
	}
	defer r.world.Close()
	defer killLeft(r.mark)
	begun := time.Now()
	if err := r.rage(); err != nil {
		return outcome{}, err
	}
	if err := r.calm(); err != nil {
		return outcome{}, err
	}
	return r.judge(time.Since(begun))
}

func (r *round) prepare() (err error) {
	r.mark, r.plan = rand.Text(), newPlan(r.random("plan", 0))
	for _, folder := range []string{"tmp", "cache"} {
		if err := os.MkdirAll(r.path(folder), 0o755); err != nil {
			return err
		}
	}
	if err := host.Init(r.path("host")); err != nil {
		return err
	}
	for n := range builds {
		b, err := newBuild(r.path(fmt.Sprintf("build%d", n)), n, r.plan, r.programs.program)
		if err != nil {
			return err
		}
		r.builds = append(r.builds, b)
	}
	r.keepers = &keepers{program: r.programs.interlock, path: r.path, environ: []string{
		"PATH=" + os.Getenv("PATH"), "XDG_CACHE_HOME=" + r.path("cache"), markVariable + "=" + r.mark,
	}}
	if r.world, err = newWorld(r.caselog(), r.mark); err != nil {
		return err
	}
	return r.sayWhatMayFail()
}

// sayWhatMayFail notes groups that fail without a fault.
func (r *round) sayWhatMayFail() error {
	for _, g := range r.plan.groups {
		for n := range builds {
			if !g.mayFail() {
				continue
			}
			if err := r.world.Say(caselog.Break, "plan", serviceBroken(r.plan.logged(g.name, n))); err != nil {
				return err
			}
		}
	}
	return nil
}

// rage starts runners and causes faults until the time is up.
func (r *round) rage() error {
	var under sync.WaitGroup
	defer under.Wait()
	if r.plan.keeper {
		if _, err := r.keepers.start(); err != nil {
			return err
		}
	}
	slots := make(chan struct{}, mostFaults)
	runners, fault := time.Now(), time.Now()
	started, n := 0, 0
	for end := time.Now().Add(lasting); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if err := r.world.look(); err != nil {
			return err
		}
		if started < r.plan.runners && len(r.world.Alive()) < crowd && time.Now().After(runners) {
			runners = time.Now().Add(pause(r.random("pause", started)))
			if err := r.startRunner(started); err != nil {
				return err
			}
			started++
		}
		if time.Now().Before(fault) {
			continue
		}
		random := r.random("fault", n)
		n++
		f := campaign.Draw(faults, share, random)
		fault = time.Now().Add(pause(random))
		if r.plan.calm {
			fault = time.Now().Add(5 * pause(random))
		}
		select {
		case slots <- struct{}{}:
			under.Go(func() {
				defer func() { <-slots }()
				done, err := f.do(r, random)
				r.faults.Count(f.kind, done, err)
			})
		default:
		}
	}
	return nil
}

// find notes that a command has failed.
func (r *round) find(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.findings.Add("commands", "%v", err)
}

func (r *round) startRunner(n int) error {
	name := fmt.Sprintf("r%d", n)
	t, err := r.newTarget(name, r.plan.workload(r.random("runner", n)))
	if err != nil {
		return err
	}
	runner, err := start(name, t, r.programs.runner)
	if err != nil {
		return err
	}
	r.world.Add(runner)
	return nil
}

// calm waits until all runners have ended, and ends the keeper.
func (r *round) calm() error {
	var all sync.WaitGroup
	for _, runner := range r.world.Alive() {
		all.Go(func() { runner.AwaitEnd(patience) })
	}
	all.Wait()
	if err := r.faults.Err(); err != nil {
		return err
	}
	if err := r.endKeeper(); err != nil {
		return err
	}
	r.lookForRest()
	return r.world.look()
}
