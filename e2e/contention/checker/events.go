package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// result is what Bazel reports about a run.
type result struct {
	status   string
	strategy string
	// tags are the tags of the target.
	tags []string
	// script says whether it was a script, about which Bazel reports nothing.
	script bool
}

// passed is the status of a run that passed.
const passed = "PASSED"

// wantedStrategy returns local for a run with that tag, and otherwise the sandbox's.
func (r result) wantedStrategy(sandbox string) string {
	if slices.Contains(r.tags, "local") {
		return "local"
	}
	return sandbox
}

// blocksNetwork reports whether the run should have no network; only one sandbox can do that.
func (r result) blocksNetwork() bool {
	return slices.Contains(r.tags, "block-network") && r.strategy == "linux-sandbox"
}

// buildEvent has the parts that matter here of build_event_stream.proto, in
// its JSON form.
type buildEvent struct {
	ID struct {
		TargetConfigured struct{ Label string }
		TestResult       *struct {
			Label        string
			Run, Attempt int
		}
	}
	Configured struct{ Tag []string }
	TestResult struct {
		Status        string
		ExecutionInfo struct{ Strategy string }
	}
}

// parseEvents reads the file of --build_event_json_file.
func parseEvents(r io.Reader) (map[run]result, error) {
	results, tags := map[run]result{}, map[string][]string{}
	for events := json.NewDecoder(r); ; {
		var e buildEvent
		if err := events.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("build events: %w", err)
		}
		if label := e.ID.TargetConfigured.Label; label != "" {
			tags[plainLabel(label)] = e.Configured.Tag
		}
		if id := e.ID.TestResult; id != nil {
			// The result of a run is the worst of its shards.
			run := run{target: plainLabel(id.Label), number: id.Run}
			if before, known := results[run]; !known || before.status == passed {
				results[run] = result{status: e.TestResult.Status, strategy: e.TestResult.ExecutionInfo.Strategy}
			}
		}
	}
	for run, result := range results {
		result.tags = tags[run.target]
		results[run] = result
	}
	return results, nil
}
