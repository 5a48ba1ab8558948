package outcomes

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
)

// Plugin is the name of a module, and PluginText its text, by which pytest reports outcomes if it is
// started with -p Plugin and --outcomes-reports=FILE.
const Plugin = "outcomes_reports"

//go:embed outcomes_reports.py
var PluginText string

// pytestReport is a line that outcomes_reports.py writes: what pytest reports about a phase
// of a test, about a part of one, or about what it could not collect.
type pytestReport struct{ Test, Part, Phase, Outcome string }

// ParsePytest reads all lines that the plugin of pytest has written.
func ParsePytest(text []byte) (Results, error) {
	r := Results{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	var phases []pytestReport // of the running test
	for lines.Scan() {
		var report pytestReport
		if err := json.Unmarshal(lines.Bytes(), &report); err != nil {
			return nil, fmt.Errorf("reports of pytest: %w in %q", err, lines.Text())
		}
		switch {
		case report.Part != "":
			r.Add(report.Test+"/"+report.Part, outcomeOf(report))
		case report.Phase == "collect":
			r.Add(report.Test, outcomeOf(report))
		case report.Phase == "teardown": // the last one, and always there
			r.Add(report.Test, outcomeOf(append(phases, report)...))
			phases = nil
		default:
			phases = append(phases, report)
		}
	}
	if len(phases) > 0 {
		return nil, fmt.Errorf("reports of pytest end amid %s", phases[0].Test)
	}
	return r, lines.Err()
}

// outcomeOf returns the outcome for the phases of a test: the first one that goes wrong counts.
func outcomeOf(phases ...pytestReport) string {
	for _, p := range phases {
		switch {
		case p.Outcome == "failed" && p.Phase == "call":
			return Failed
		case p.Outcome == "failed":
			return Errored
		}
	}
	for _, p := range phases {
		switch p.Outcome {
		case "skipped":
			return Skipped
		case "xfailed":
			return XFailed
		}
	}
	return Passed
}
