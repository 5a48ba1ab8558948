package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
	"github.com/interlock-build/rules_interlock/e2e/chaos/casework"
	"github.com/interlock-build/rules_interlock/e2e/chaos/clock"
	"github.com/interlock-build/rules_interlock/e2e/chaos/fenced"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

const (
	// crowd is the number of runners at the same time in an output base.
	crowd = 8
	// lasting is how long a round goes on before its runners are left to end.
	lasting = 10 * time.Second
	// patience is how long runners have for that: far more than they need, even on a busy
	// machine.
	patience = 2 * time.Minute
	// mostFaults is the most faults at the same time.
	mostFaults = 6
)

// pause is the time from one fault to the next.
func pause(random *rand.Rand) time.Duration {
	return time.Duration(10+random.IntN(80)) * time.Millisecond
}

// round is a numbered round of a seed. The number and the seed determine what its runners do, and
// which faults come in which order. Their timing is not deterministic.
type round struct {
	seed, number int
	arena        *arena
	programs     programs
	// clocks are the clocks that some runners have; nil if none can have one.
	clocks *clock.Server
	// dir has all of its files.
	dir string

	world    *world
	resource *fenced.Server

	faults campaign.Faults
}

// random returns the source of randomness for the n-th thing of a kind in the round.
func (r *round) random(kind string, n int) *rand.Rand {
	return campaign.Random(r.seed, r.number, kind, n)
}

// run runs the round, and returns what was done and found.
func (r *round) run() (outcome, error) {
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return outcome{}, err
	}
	world, err := newWorld(r.caselog(), r.clocks)
	if err != nil {
		return outcome{}, err
	}
	defer world.Close()
	r.world = world
	if r.resource, err = fenced.Listen(r.socket()); err != nil {
		return outcome{}, err
	}
	defer func() { _ = r.resource.Close() }()
	begun := time.Now()
	err = r.rage()
	for _, runner := range world.Alive() {
		defer runner.AwaitEnd(0) // if we fail before they have ended
	}
	if err != nil {
		return outcome{}, err
	}
	if err := r.calm(); err != nil {
		return outcome{}, err
	}
	return r.judge(time.Since(begun))
}

func (r *round) caselog() string { return filepath.Join(r.dir, "caselog") }
func (r *round) socket() string  { return filepath.Join(r.dir, "resource") }

// rage starts runners and causes faults until the time is up.
func (r *round) rage() error {
	var faults sync.WaitGroup
	defer faults.Wait()
	slots := make(chan struct{}, mostFaults)
	started := 0
	next := time.Now()
	for n, end := 0, time.Now().Add(lasting); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if err := r.world.look(); err != nil {
			return err
		}
		// One at a time: runners may end as fast as they start, and faults have to come, too.
		if len(r.world.Alive()) < crowd*r.arena.bases {
			if err := r.startRunner(started); err != nil {
				return err
			}
			started++
		}
		if time.Now().Before(next) {
			continue
		}
		random := r.random("fault", n)
		f := campaign.Draw(r.arena.faults, share, random)
		next = time.Now().Add(pause(random))
		n++
		select {
		case slots <- struct{}{}:
			faults.Go(func() {
				defer func() { <-slots }()
				done, err := f.do(r.world, random)
				r.faults.Count(f.kind, done, err)
			})
		default:
		}
	}
	return nil
}

func (r *round) startRunner(n int) error {
	name := fmt.Sprintf("r%d", n)
	variables := map[string]string{casework.LogVariable: r.caselog(), casework.RunVariable: name}
	maps.Copy(variables, r.arena.environ(n))
	if r.arena.fenced {
		variables[casework.ResourceVariable] = r.socket()
	}
	base := n % r.arena.bases
	t, err := newTarget(filepath.Join(r.dir, name), base, newWorkload(r.random("runner", n), r.arena.pace), r.arena, r.programs, variables)
	if err != nil {
		return err
	}
	program := r.arena.runner
	if r.clocks != nil && n%3 == 0 {
		program = t.withClock(program, r.programs, r.clocks)
	}
	runner, err := start(name, t, program)
	if err != nil {
		return err
	}
	r.world.Add(runner)
	return nil
}

// calm waits until all runners have ended.
func (r *round) calm() error {
	if r.arena.heal != nil {
		if err := r.arena.heal(); err != nil {
			return err
		}
	}
	var all sync.WaitGroup
	for _, runner := range r.world.Alive() {
		all.Go(func() { runner.AwaitEnd(patience) })
	}
	all.Wait()
	if err := r.faults.Err(); err != nil {
		return err
	}
	return r.world.look()
}

// judge checks what was seen from outside.
func (r *round) judge(took time.Duration) (outcome, error) {
	what := check.Round{
		Groups: allGroups(), Records: r.world.Records, Rejected: map[string]bool{}, Loss: r.arena.loss, Faulty: r.arena.faulty,
	}
	for _, write := range r.resource.Rejected() {
		what.Rejected[write.Holder] = true
	}
	for _, runner := range r.world.Runners() {
		run, err := runner.result()
		if err != nil {
			return outcome{}, err
		}
		what.Runs = append(what.Runs, run)
	}
	seen, found := check.Check(what)
	if err := fenced.Check(r.resource.Accepted()); err != nil {
		found = append(found, "resource: "+err.Error())
	}
	return outcome{
		Scope: r.arena.scope, Took: took, Faults: r.faults.Done(), Seen: seen, Findings: found, Rejected: len(r.resource.Rejected()),
	}, nil
}
