package main

import (
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// state is what was done so far, over all seeds. It is kept in a file, so that an hour can be
// split into parts.
type state struct {
	path string
	campaign.Seeds
	// Scopes say what was done and seen in each scope.
	Scopes map[string]*tally `json:"scopes"`
}

// tally is what was done and seen in a scope.
type tally struct {
	Rounds int            `json:"rounds"`
	Took   time.Duration  `json:"took"`
	Faults map[string]int `json:"faults"`
	check.Summary
	Rejected int `json:"rejected"`
	// Findings is the number of findings, by check.
	Findings map[string]int `json:"findings"`
}

// loadState reads the state at path, which need not exist. Without a path nothing is saved.
func loadState(path string) (*state, error) {
	s := &state{path: path, Scopes: map[string]*tally{}}
	return s, campaign.Load(path, s)
}

// add adds the next round of a seed, and saves the state.
func (s *state) add(seed int, o outcome) error {
	s.Seeds.Add(seed, o.Took)
	t := s.Scopes[o.Scope]
	if t == nil {
		t = &tally{Faults: map[string]int{}, Findings: map[string]int{}}
		s.Scopes[o.Scope] = t
	}
	t.Rounds++
	t.Took += o.Took
	t.Rejected += o.Rejected
	t.Summary.Add(o.Seen)
	for kind, n := range o.Faults {
		t.Faults[kind] += n
	}
	for _, finding := range o.Findings {
		name, _, _ := strings.Cut(finding, ":")
		t.Findings[name]++
	}
	return campaign.Save(s.path, s)
}
