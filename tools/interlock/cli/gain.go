package cli

import (
	"time"

	"github.com/interlock-build/rules_interlock/internal/planfile"
	"github.com/interlock-build/rules_interlock/internal/timings"
)

// worthwhile is the part of the makespan that new timings have to save: they are an input of the
// test, so they invalidate its cached results.
const worthwhile = 0.05

// gain is what new timings would change.
type gain struct {
	times timings.Times
	// before and after are the expected makespans with the test's current timings and with the
	// new ones. In both, cases really take what the new timings say.
	before, after time.Duration
}

// compare makes timings from the runs of a test. A case that was not run keeps its time, and a
// case that is gone loses it.
func compare(plan planfile.File, found runs) (gain, error) {
	old, found := plan.Times(), found.of(plan)
	g := gain{times: timings.Times{}}
	for _, c := range plan.Cases {
		if len(found[c.Name]) > 0 {
			g.times[c.Name] = typical(found[c.Name])
		} else if old[c.Name] > 0 {
			g.times[c.Name] = old[c.Name]
		}
	}
	var err error
	if g.before, err = planfile.Expected(plan, old, g.times); err != nil {
		return gain{}, err
	}
	g.after, err = planfile.Expected(plan, g.times, g.times)
	return g, err
}

func (g gain) pays() bool {
	return float64(g.before-g.after) >= worthwhile*float64(g.before) && g.before > 0
}
