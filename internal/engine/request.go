package engine

import "github.com/interlock-build/rules_interlock/internal/schedule"

// request is how far the first case of a class has got with acquiring its groups.
type request struct {
	// asking says whether it asks for them, and waits whether it has to wait.
	asking, waits bool
	// share is what the last case that asked has got, if the cases only share groups; nil if
	// there is none.
	share *share
	// givenBack is how often the first case gave its groups back because there was no worker.
	givenBack int
	// worker is the one that the last cases of the class had; at first the first one.
	worker int
}

// of returns the request of a class.
func (d *dispatcher) of(c *schedule.Class) *request { return &d.requests[c.Number] }

// demand is schedule.Options.Demand.
func (d *dispatcher) demand(c *schedule.Class) schedule.Demand {
	r := d.of(c)
	return schedule.Demand{Asks: r.asking, Waits: r.waits, Joinable: r.asking && r.share.open()}
}
