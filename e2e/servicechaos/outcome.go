package main

import (
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// outcome is what was done and seen in a round.
type outcome struct {
	Took time.Duration
	// Faults is the number of faults, by kind.
	Faults map[string]int
	Seen   summary
	// Findings is what is wrong.
	Findings check.Findings
}

// summary is how often something was seen.
type summary struct {
	Runners   int `json:"runners"`
	Cases     int `json:"cases"`
	Contended int `json:"contended"`
	// Refused are infrastructure failures, and Failed are cases that failed by their own word.
	Refused int `json:"refused"`
	Failed  int `json:"failed"`
	// Orphans are cases that did something after their runner was killed.
	Orphans int `json:"orphans"`
	// Setups is how many began, Kept how many of them were a keeper's, and Handovers how often an
	// instance went from one runner to another.
	Setups    int `json:"setups"`
	Kept      int `json:"kept"`
	Handovers int `json:"handovers"`
	Checks    int `json:"checks"`
	Resets    int `json:"resets"`
}

func (s *summary) add(o summary) {
	s.Runners += o.Runners
	s.Cases += o.Cases
	s.Contended += o.Contended
	s.Refused += o.Refused
	s.Failed += o.Failed
	s.Orphans += o.Orphans
	s.Setups += o.Setups
	s.Kept += o.Kept
	s.Handovers += o.Handovers
	s.Checks += o.Checks
	s.Resets += o.Resets
}
