package campaign

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// Seeds is how far seeds are. A harness embeds it in its state.
type Seeds struct {
	// Seeds say how far each seed is.
	Seeds map[int]*Progress `json:"seeds"`
}

// Progress is how far a seed is.
type Progress struct {
	// Rounds is how many rounds are done: those from 0 to Rounds-1.
	Rounds int `json:"rounds"`
	// Took is how long they took together, in nanoseconds.
	Took time.Duration `json:"took"`
}

// Progress returns the progress of a seed.
func (s *Seeds) Progress(seed int) *Progress {
	if s.Seeds == nil {
		s.Seeds = map[int]*Progress{}
	}
	if s.Seeds[seed] == nil {
		s.Seeds[seed] = &Progress{}
	}
	return s.Seeds[seed]
}

// Add adds the next round of a seed.
func (s *Seeds) Add(seed int, took time.Duration) {
	p := s.Progress(seed)
	p.Rounds++
	p.Took += took
}

// Done returns how many rounds were done, and how long they took.
func (s *Seeds) Done() (rounds int, took time.Duration) {
	for _, p := range s.Seeds {
		rounds += p.Rounds
		took += p.Took
	}
	return rounds, took
}

// Listed lists the seeds, as in "Seeds: 1 (2 rounds, 20s)".
func (s *Seeds) Listed() string {
	if len(s.Seeds) == 0 {
		return "No seeds"
	}
	var texts []string
	for _, seed := range slices.Sorted(maps.Keys(s.Seeds)) {
		p := s.Seeds[seed]
		texts = append(texts, fmt.Sprintf("%d (%d rounds, %s)", seed, p.Rounds, p.Took.Round(time.Second)))
	}
	return "Seeds: " + strings.Join(texts, ", ")
}

// Load reads a state from a file, which need not exist. Without a path there is none.
func Load(path string, state any) error {
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, state); err != nil {
		return fmt.Errorf("%s is no state of chaos: %w", path, err)
	}
	return nil
}

// Save writes a state to a file. Without a path nothing is saved.
func Save(path string, state any) error {
	if path == "" {
		return nil
	}
	text, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
