// Package planfile is the format of plan.json: what a test's runner has planned, and the
// durations that it expects. The runner writes it (--interlock-plan) and the command interlock
// reads it.
package planfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Version is the version of the format that this package writes and reads.
const Version = 2

// File is the content of plan.json. Times are in seconds.
type File struct {
	// Version is Version.
	Version int `json:"version"`
	// Label is the test's, as Bazel prints it.
	Label string `json:"label"`
	// Shards is the number of processes that the cases are divided among, at
	// least 1.
	Shards int `json:"shards"`
	// Workers is how many cases each shard runs at once. 0 means that it runs all of its cases in
	// order and holds, during all of them, what any of them needs.
	Workers int `json:"workers"`
	// KeepTogether is what is never divided among shards: case, class or file.
	KeepTogether string `json:"keep_together"`
	// Groups are the groups that the cases may hold, sorted by label.
	Groups []Group `json:"groups"`
	// Cases are all cases that the test was asked for, in the order in which it lists them.
	Cases []Case `json:"cases"`
	// Bound is what no schedule can beat.
	Bound Bound `json:"bound"`
	// Makespan is how long the cases are expected to take, from the start of
	// the first one to the end of the last, if no other test holds a group.
	Makespan float64 `json:"makespan_seconds"`
}

// Group is a resource group.
type Group struct {
	// Label is the group's, as Bazel prints it.
	Label string `json:"label"`
	// Scope says what the group excludes, such as process or build.
	Scope string `json:"scope"`
	// Capacity is the number of units, at least 1.
	Capacity int `json:"capacity"`
	// Rate is how many cases that need it may start in a window of time, as in the
	// attribute of resource_group; empty for no limit.
	Rate string `json:"rate,omitempty"`
	// Setup is the program that starts what a unit stands for; empty if nothing is started.
	Setup string `json:"setup,omitempty"`
	// Cases is how many cases of this test need it.
	Cases int `json:"cases"`
	// Chain is the least time that these cases take, given that only as many can run at once as
	// fit.
	Chain float64 `json:"chain_seconds"`
}

// Case is a test case.
type Case struct {
	// Name is unique in the file.
	Name string `json:"name"`
	// Together names what keeps the case in one shard with others, by
	// File.KeepTogether; empty if nothing does.
	Together string `json:"together,omitempty"`
	// Seconds is how long it is expected to run. If that is unknown, it is the median of the
	// cases whose durations are known, or 1.
	Seconds float64 `json:"seconds"`
	// Known says whether the test knows how long the case runs, from its timings.
	Known bool `json:"known"`
	// Measured says whether Seconds is what the case took when it last ran, whatever the test
	// knows.
	Measured bool `json:"measured,omitempty"`
	// Shard is the index of the shard that runs it, from 0.
	Shard int `json:"shard"`
	// Serial says whether it runs last in its shard, and alone.
	Serial bool `json:"serial,omitempty"`
	// Needs are the groups that it holds while it runs, by label.
	Needs []Need `json:"needs,omitempty"`
}

// Need is what a case holds of a group.
type Need struct {
	// Group is the label.
	Group string `json:"group"`
	// Weight is the number of units, at least 1.
	Weight int `json:"weight"`
	// Mode is exclusive or shared.
	Mode string `json:"mode"`
}

// Bound is a time that no schedule can beat.
type Bound struct {
	Seconds float64 `json:"seconds"`
	// Why names what takes that long, for people.
	Why string `json:"why"`
}

// Parse reads a file. A version other than Version is an error.
func Parse(text []byte) (File, error) {
	var f File
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&f); err != nil {
		return File{}, fmt.Errorf("plan: %w", err)
	}
	if f.Version != Version {
		return File{}, fmt.Errorf("plan: version %d, but this command reads version %d: "+
			"the runner and the command are of different releases of rules_interlock", f.Version, Version)
	}
	return f, nil
}

// Write writes the file as indented JSON.
func (f File) Write(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // names may have <, > and &
	encoder.SetIndent("", "  ")
	return encoder.Encode(f)
}
