package main

import (
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// outcome is what was done and seen in a round.
type outcome struct {
	Scope string
	Took  time.Duration
	// Faults is the number of faults, by kind.
	Faults map[string]int
	Seen   check.Summary
	// Findings is what is wrong.
	Findings check.Findings
	// Rejected is how many writes the fenced resource has rejected.
	Rejected int
}
