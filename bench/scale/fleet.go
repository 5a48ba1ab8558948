package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

// fleet is executors, each with a session.
type fleet struct {
	etcd    *etcdtest.Cluster
	lockers []lock.Locker
	// kept are groups that nobody else wants, so that sessions stay open.
	kept []lock.Held
}

func newFleet(etcd *etcdtest.Cluster, executors int) (*fleet, error) {
	config := etcd.Coordinator()
	config.Namespace = fmt.Sprintf("/scale/%d/", executors)
	f := &fleet{etcd: etcd}
	var mu sync.Mutex
	var errs []error
	var opened sync.WaitGroup
	for e := range executors {
		own := group.Group{
			Label: fmt.Sprintf("own%d", e), Key: fmt.Sprintf("own/%d", e), Scope: group.Cluster, Definition: group.Definition{Capacity: 1},
		}
		locker := cluster.NewAt(append(sharedGroups(), own), config)
		f.lockers = append(f.lockers, locker)
		opened.Go(func() {
			held, err := locker.Acquire(context.Background(), []group.Need{{Group: own.Label, Weight: 1}})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
				return
			}
			f.kept = append(f.kept, held)
		})
	}
	opened.Wait()
	return f, errors.Join(errs...)
}

func sharedGroups() []group.Group {
	var all []group.Group
	for g := range groups {
		all = append(all, group.Group{
			Label: label(g), Key: fmt.Sprintf("acme/%d", g), Scope: group.Cluster, Definition: group.Definition{Capacity: 1},
		})
	}
	return all
}

func label(g int) string { return fmt.Sprintf("//resources:group%d", g) }

func (f *fleet) close() {
	for _, held := range f.kept {
		held.Release()
	}
}

// ledger has when groups were given back, to measure handovers.
type ledger struct {
	mu       sync.Mutex
	released map[int]time.Time
	took     harness.Samples
	errs     []error
}

// measure adds rows for what the fleet takes when it does nothing, and when all cases ask at once.
func (f *fleet) measure(table *harness.Table) error {
	const idleFor = 10 * time.Second
	before, err := readMeter(f.etcd)
	if err != nil {
		return err
	}
	time.Sleep(idleFor)
	idle, err := readMeter(f.etcd)
	if err != nil {
		return err
	}
	l := &ledger{released: map[int]time.Time{}}
	began := time.Now()
	f.runAll(l)
	took := time.Since(began)
	after, err := readMeter(f.etcd)
	if err = errors.Join(append(l.errs, err)...); err != nil {
		return err
	}
	cases := len(f.lockers) * casesEach
	who := fmt.Sprintf("%d executors, %d cases: ", len(f.lockers), cases)
	bound := time.Duration((cases+groups-1)/groups) * runs
	table.Compare(who+"until all have run", harness.Samples{bound}, harness.Samples{took}, harness.Information)
	table.Compare("- a handover", nil, l.took, harness.Information)
	used := after.minus(idle)
	for _, row := range []struct{ what, figure string }{
		{"- requests of each case", fmt.Sprintf("%.1f", used.requests/float64(cases))},
		{"- requests a second", fmt.Sprintf("%.0f", used.requests/took.Seconds())},
		{"- etcd's CPU for each case", harness.Text(time.Duration(used.cpu / float64(cases) * float64(time.Second)))},
		{"- etcd's CPU, of one core", fmt.Sprintf("%.0f %%", 100*used.cpu/took.Seconds())},
		{"- etcd's CPU while nobody asks, of one core", fmt.Sprintf("%.1f %%", 100*idle.minus(before).cpu/idleFor.Seconds())},
		{"- renewals of leases a second", fmt.Sprintf("%.0f", idle.minus(before).renewals/idleFor.Seconds())},
		{"- etcd's memory", fmt.Sprintf("%.0f MB", after.memory/(1<<20))},
	} {
		table.Rows = append(table.Rows, harness.Row{What: row.what, Figure: row.figure})
	}
	return nil
}

// runAll lets all cases run.
func (f *fleet) runAll(l *ledger) {
	var done sync.WaitGroup
	for e, locker := range f.lockers {
		for c := range casesEach {
			g := (e*casesEach + c) % groups
			done.Go(func() { l.runCase(locker, g) })
		}
	}
	done.Wait()
}

func (l *ledger) runCase(locker lock.Locker, g int) {
	held, err := locker.Acquire(context.Background(), []group.Need{{Group: label(g), Weight: 1}})
	acquired := time.Now()
	l.mu.Lock()
	if released, ok := l.released[g]; ok && err == nil {
		l.took = append(l.took, acquired.Sub(released))
	}
	if err != nil {
		l.errs = append(l.errs, err)
	}
	l.mu.Unlock()
	if err != nil {
		return
	}
	time.Sleep(runs)
	l.mu.Lock()
	l.released[g] = time.Now()
	l.mu.Unlock()
	held.Release()
}
