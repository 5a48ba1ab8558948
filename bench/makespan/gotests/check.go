package gotests

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/bench/sleeping"
	"github.com/interlock-build/rules_interlock/internal/plan"
)

// Makespan returns the time from the first case's beginning to the last one's end, or what is
// wrong with the run: each case must have run once, on no more workers than there are, and with
// no group used beyond its capacity.
func (w Workload) Makespan(log []sleeping.Event) (time.Duration, error) {
	log = slices.Clone(log)
	// A case that ends at an instant makes room for one that begins then.
	slices.SortStableFunc(log, func(a, b sleeping.Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(rank(a), rank(b)))
	})
	if err := errors.Join(w.ranOnce(log), w.keptTo(log)); err != nil {
		return 0, err
	}
	return log[len(log)-1].At.Sub(log[0].At), nil
}

func rank(e sleeping.Event) int {
	if e.Begins {
		return 1
	}
	return 0
}

// ranOnce checks that the cases of the workload, and no others, began once and
// ended once.
func (w Workload) ranOnce(log []sleeping.Event) error {
	began, ended := map[string]int{}, map[string]int{}
	for _, e := range log {
		if e.Begins {
			began[e.Name]++
		} else {
			ended[e.Name]++
		}
	}
	var err error
	for _, c := range w.Cases {
		if began[c.Name] != 1 || ended[c.Name] != 1 {
			err = errors.Join(err, fmt.Errorf("%s began %d times and ended %d times", c.Name, began[c.Name], ended[c.Name]))
		}
	}
	if len(log) != 2*len(w.Cases) {
		err = errors.Join(err, fmt.Errorf("%d events of %d cases", len(log), len(w.Cases)))
	}
	return err
}

// keptTo checks that there were never too many cases, neither in all nor in a group.
func (w Workload) keptTo(log []sleeping.Event) error {
	cases := map[string]plan.Case{}
	for _, c := range w.Cases {
		cases[c.Name] = c
	}
	var err error
	running, units := 0, map[string]int{}
	for _, e := range log {
		step := -1
		if e.Begins {
			step = 1
		}
		if running += step; running > Workers {
			err = errors.Join(err, fmt.Errorf("%s began as number %d of those that run", e.Name, running))
		}
		for _, n := range cases[e.Name].Needs {
			if units[n.Group] += step * n.Weight; units[n.Group] > w.Capacity[n.Group] {
				err = errors.Join(err, fmt.Errorf("%s began while %s was used up", e.Name, n.Group))
			}
		}
	}
	return err
}
