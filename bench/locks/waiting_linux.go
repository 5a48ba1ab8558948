package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// waitTask waits for a group that another process holds all the time.
type waitTask struct {
	// Settle is how long it waits before the measurement, and Measure is the length of the
	// measurement.
	Settle, Measure time.Duration
}

// do returns the CPU time that waiting took.
func (t *waitTask) do(locker lock.Locker) (any, error) {
	// A bare flock cannot be cancelled: it waits when the process ends.
	ended := make(chan error, 1)
	go func() {
		_, err := locker.Acquire(context.Background(), []group.Need{exclusive(1)})
		ended <- err
	}()
	time.Sleep(t.Settle)
	before := cpuTime()
	select {
	case err := <-ended:
		return nil, fmt.Errorf("it did not wait: error %w", err)
	case <-time.After(t.Measure):
		return cpuTime() - before, nil
	}
}

// waiting measures the CPU time of waiting processes.
func waiting() (*harness.Table, error) {
	const measure = 4 * time.Second
	table := &harness.Table{
		Floor: "as many processes that wait for one blocking flock",
		Notes: []string{fmt.Sprintf("CPU time of one process in %s of waiting; a thousandth of a core is %s.",
			harness.Text(measure), harness.Text(measure/1000))},
	}
	for _, processes := range []int{16, 100} {
		floor, err := waitFor(processes, measure, space.bare)
		if err != nil {
			return nil, err
		}
		figure, err := waitFor(processes, measure, space.locker)
		if err != nil {
			return nil, err
		}
		table.Compare(fmt.Sprintf("%d processes", processes), floor, figure, harness.AtMost(measure/1000))
	}
	return table, nil
}

// waitFor holds a group while that many processes wait for it with the same kind of locker, and
// returns the CPU time of each.
func waitFor(processes int, measure time.Duration, locker func(space) lock.Locker) (harness.Samples, error) {
	s, err := newSpace(1, 1)
	if err != nil {
		return nil, err
	}
	defer s.remove()
	held, err := locker(s).Acquire(context.Background(), []group.Need{exclusive(1)})
	if err != nil {
		return nil, err
	}
	defer held.Release()
	_, bare := locker(s).(bareFlock)
	var orders []order
	for range processes {
		orders = append(orders, order{Space: s, Bare: bare, Wait: &waitTask{Settle: time.Second, Measure: measure}})
	}
	used, err := workTogether[time.Duration](orders)
	if err != nil {
		return nil, errors.Join(errors.New("waiting processes"), err)
	}
	return used, nil
}
