package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// result is what Bazel says of a run.
type result struct {
	status   string
	strategy string
	// tags are those of the target.
	tags []string
	// script is whether it was a script and no test, of which Bazel says nothing.
	script bool
}

// passed is the status of what passed.
const passed = "PASSED"

// wantedStrategy is local for what is tagged so, or else the sandbox's.
func (r result) wantedStrategy(sandbox string) string {
	if slices.Contains(r.tags, "local") {
		return "local"
	}
	return sandbox
}

// blocksNetwork is whether the run was to have no network; only one sandbox can do that.
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
			// Shards of a run are as good as the worst of them.
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
