package schedule

import (
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// Case is a test case and what it must hold while it runs.
type Case struct {
	event.Case
	Needs []group.Need
	// Serial says whether the case runs alone, after all others have finished.
	Serial bool
	// Takes is how long the case is expected to run; 0 if that is not known.
	Takes time.Duration
	// Setup, File and Everywhere are as in event.Listed.
	Setup, File string
	Everywhere  bool
	// Retry says whether the case was bad before.
	Retry bool
	// Position is the place of the case in the order given. New sets it.
	Position int
}
