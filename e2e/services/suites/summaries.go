package suites

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// parseSummaries reads from Bazel's build events which test targets have passed.
func parseSummaries(text []byte) (map[string]bool, error) {
	passed := map[string]bool{}
	events := json.NewDecoder(bytes.NewReader(text))
	for events.More() {
		var event struct {
			ID      struct{ TestSummary struct{ Label string } }
			Summary struct{ OverallStatus string } `json:"testSummary"`
		}
		if err := events.Decode(&event); err != nil {
			return nil, fmt.Errorf("build events: %w", err)
		}
		if label := event.ID.TestSummary.Label; label != "" {
			passed[label] = event.Summary.OverallStatus == "PASSED"
		}
	}
	if len(passed) == 0 {
		return nil, fmt.Errorf("build events: no test has a summary")
	}
	return passed, nil
}
