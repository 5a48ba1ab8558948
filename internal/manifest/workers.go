package manifest

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Workers is how many cases run at once: a number, 0 for one after the other in one process, or
// Auto.
type Workers int

// Auto stands for as many workers as Bazel granted CPUs.
const Auto Workers = -1

// UnmarshalJSON reads a string: a whole number of at least 0, or "auto".
func (w *Workers) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("workers: %w", err)
	}
	parsed, err := ParseWorkers(s)
	if err != nil {
		return fmt.Errorf("workers: %w", err)
	}
	*w = parsed
	return nil
}

// ParseWorkers reads a whole number of at least 0, or "auto".
func ParseWorkers(text string) (Workers, error) {
	if text == "auto" {
		return Auto, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q: want a whole number of at least 0, or \"auto\"", text)
	}
	return Workers(n), nil
}
