// Package caselog reads what the tests of the seed's suite record about themselves, and checks
// it. A line is a test that has run, with its outcome, because most questions are about how long
// tests took; e2e/witness has the log of what is killed halfway.
package caselog

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// Entry is a test that has run.
type Entry struct {
	// Case is its node id.
	Case string `json:"case"`
	// Group is the name of its xdist_group, if it has one.
	Group string `json:"group"`
	// Worker is the name of the worker, and Process the id of its process.
	Worker  string `json:"worker"`
	Process int    `json:"process"`
	// Begin and End are by the machine's monotonic clock, which all processes share.
	Begin time.Duration `json:"begin"`
	End   time.Duration `json:"end"`
	// Outcome is "passed", "skipped" or "failed".
	Outcome string `json:"outcome"`
}

// Took is how long the test ran, with its fixtures.
func (e Entry) Took() time.Duration { return e.End - e.Begin }

// Log is the tests of a run, in the order in which they began.
type Log []Entry

// Read returns the log in a file.
func Read(path string) (Log, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(text)
}

// Parse returns the log in a text: one JSON object a line.
func Parse(text []byte) (Log, error) {
	var log Log
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		decoder := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decoder.DisallowUnknownFields()
		var e Entry
		if err := decoder.Decode(&e); err != nil || e.Case == "" || e.End < e.Begin {
			return nil, fmt.Errorf("not a line of the tests' log: %s", lines.Text())
		}
		log = append(log, e)
	}
	slices.SortStableFunc(log, func(a, b Entry) int { return cmp.Compare(a.Begin, b.Begin) })
	return log, lines.Err()
}

// Makespan is the time from the beginning of the first test to the end of the last.
func (l Log) Makespan() time.Duration {
	if len(l) == 0 {
		return 0
	}
	end := l[0].End
	for _, e := range l {
		end = max(end, e.End)
	}
	return end - l[0].Begin
}

// MostAtOnce is the most tests that ran at the same time.
func (l Log) MostAtOnce() (most int) {
	span := func(e Entry) (begin, end time.Duration) { return e.Begin, e.End }
	check.Sweep(l, span, func(running []Entry) { most = max(most, len(running)) })
	return most
}

// In returns the part of the log that belongs to a group.
func (l Log) In(group string) Log {
	return slices.DeleteFunc(slices.Clone(l), func(e Entry) bool { return e.Group != group })
}

// Processes is how many processes ran tests.
func (l Log) Processes() int {
	processes := map[int]bool{}
	for _, e := range l {
		processes[e.Process] = true
	}
	return len(processes)
}

// Count is how many tests had an outcome.
func (l Log) Count(outcome string) int {
	n := 0
	for _, e := range l {
		if e.Outcome == outcome {
			n++
		}
	}
	return n
}
