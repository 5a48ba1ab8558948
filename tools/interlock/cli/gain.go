package cli

import (
	"maps"
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
	old := plan.Times()
	g := gain{times: plan.Times()}
	maps.Copy(g.times, found.of(plan).typical())
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
