package main

import (
	"strings"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
)

// state is what was done so far, over all seeds. It is kept in a file, so that an hour can be
// split into parts.
type state struct {
	path string
	campaign.Seeds
	Faults map[string]int `json:"faults"`
	Seen   summary        `json:"seen"`
	// Findings is the number of findings, by check.
	Findings map[string]int `json:"findings"`
}

// loadState reads the state at path, which need not exist. Without a path nothing is saved.
func loadState(path string) (*state, error) {
	s := &state{path: path, Faults: map[string]int{}, Findings: map[string]int{}}
	return s, campaign.Load(path, s)
}

// add adds the next round of a seed, and saves the state.
func (s *state) add(seed int, o outcome) error {
	s.Seeds.Add(seed, o.Took)
	s.Seen.add(o.Seen)
	for kind, n := range o.Faults {
		s.Faults[kind] += n
	}
	for _, finding := range o.Findings {
		name, _, _ := strings.Cut(finding, ":")
		s.Findings[name]++
	}
	return campaign.Save(s.path, s)
}
