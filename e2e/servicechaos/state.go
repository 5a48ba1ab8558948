package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// state is what was done so far, over all seeds. It is kept in a file, so that an hour can be
// split into parts.
type state struct {
	path string
	// Seeds say how far each seed is.
	Seeds  map[int]*progress `json:"seeds"`
	Faults map[string]int    `json:"faults"`
	Seen   summary           `json:"seen"`
	// Findings is the number of findings, by check.
	Findings map[string]int `json:"findings"`
}

// progress is how far a seed is.
type progress struct {
	// Rounds is how many rounds are done: those from 0 to Rounds-1.
	Rounds int `json:"rounds"`
	// Took is how long they took together, in nanoseconds.
	Took time.Duration `json:"took"`
}

// loadState reads the state at path, which need not exist. Without a path nothing is saved.
func loadState(path string) (*state, error) {
	s := &state{path: path, Seeds: map[int]*progress{}, Faults: map[string]int{}, Findings: map[string]int{}}
	if path == "" {
		return s, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("%s is no state of chaos: %w", path, err)
	}
	return s, nil
}

// progress returns the progress of a seed.
func (s *state) progress(seed int) *progress {
	if s.Seeds[seed] == nil {
		s.Seeds[seed] = &progress{}
	}
	return s.Seeds[seed]
}

// add adds the next round of a seed, and saves the state.
func (s *state) add(seed int, o outcome) error {
	p := s.progress(seed)
	p.Rounds++
	p.Took += o.Took
	s.Seen.add(o.Seen)
	for kind, n := range o.Faults {
		s.Faults[kind] += n
	}
	for _, finding := range o.Findings {
		name, _, _ := strings.Cut(finding, ":")
		s.Findings[name]++
	}
	return s.save()
}

func (s *state) save() error {
	if s.path == "" {
		return nil
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.path+".new", append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(s.path+".new", s.path)
}
