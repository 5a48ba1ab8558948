package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
)

// pytestReport is a line that differential_reports.py writes: what pytest reports about a phase
// of a test, about a part of one, or about what it could not collect.
type pytestReport struct{ Test, Part, Phase, Outcome string }

// parseReports reads all lines.
func parseReports(text []byte) (results, error) {
	r := results{}
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
			r.add(report.Test+"/"+report.Part, outcomeOf(report))
		case report.Phase == "collect":
			r.add(report.Test, outcomeOf(report))
		case report.Phase == "teardown": // the last one, and always there
			r.add(report.Test, outcomeOf(append(phases, report)...))
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
			return failed
		case p.Outcome == "failed":
			return errored
		}
	}
	for _, p := range phases {
		switch p.Outcome {
		case "skipped":
			return skipped
		case "xfailed":
			return xfailed
		}
	}
	return passed
}
