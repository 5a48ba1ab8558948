// Package manifest reads the file in which the Starlark rule tells the runner what to run.
//
// The file is the whole contract between rules/ and runner/. rules/tests/golden has the files
// that the rule writes, and this package's test reads them.
package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// Version is the version of the format that this package reads.
const Version = 9

// Suffix is appended to the path of the test's executable to get the path of its manifest.
const Suffix = ".interlock.json"

// Manifest is the content of the file.
type Manifest struct {
	// Version is Version.
	Version int `json:"version"`
	// Label is the canonical label of the test.
	Label string `json:"label"`
	// Framework says how cases are listed and run.
	Framework string `json:"framework"`
	// Program is the runfiles path of the wrapped executable.
	Program string `json:"program"`
	// Cases is the runfiles path of the names of the program's cases, one a line, in the order in
	// which it runs them. It exists for a Go test binary with the hook (adapters/gotest/hook). It
	// is empty for any other program, which alone knows its cases.
	Cases string `json:"cases,omitempty"`
	// Workers is how many cases run at once.
	Workers Workers `json:"workers"`
	// CPUs is how many CPUs Bazel grants the test, at least 1.
	CPUs int `json:"cpus"`
	// Serial are globs of the names of cases that run last, and each alone in its runner.
	Serial []string `json:"serial"`
	// KeepTogether is which cases of the test always stay in one shard.
	KeepTogether Together `json:"keep_together"`
	// Shards is the number of shards that the target asks for, at least 1. Bazel can be told
	// another number.
	Shards int `json:"shards"`
	// Timings is the runfiles path of a JSON file with the durations that cases
	// are expected to take; empty if there is none.
	Timings string `json:"timings,omitempty"`
	// RunningBudgetSeconds limits the time that the cases run, without the time that they wait; 0
	// means no limit but Bazel's own.
	RunningBudgetSeconds int `json:"running_budget_seconds"`
	// TargetVariables are the names of the environment variables that the target sets or inherits,
	// sorted. There are none if no group has a setup.
	TargetVariables []string `json:"target_variables,omitempty"`
	// Options are settings of the runner, by name (package options).
	Options map[string]string `json:"options,omitempty"`
	// Groups are the groups that cases may hold, sorted by label.
	Groups []Group `json:"groups"`
}

// AllSerial reports whether every case, whatever its name, runs alone.
func (m *Manifest) AllSerial() bool { return slices.Contains(m.Serial, "*") }

// WorkerCount returns how many cases run at once: for Auto as many as Bazel granted
// CPUs.
func (m *Manifest) WorkerCount() int {
	switch {
	case m.AllSerial() && m.Workers != 0:
		return 1
	case m.Workers == Auto:
		return m.CPUs
	}
	return int(m.Workers)
}

// Capacities returns the capacities of the groups, by label.
func (m *Manifest) Capacities() map[string]int {
	capacities := map[string]int{}
	for _, g := range m.Groups {
		capacities[g.Label] = g.Capacity
	}
	return capacities
}

// Rates returns the rates of the groups that have one, by label.
func (m *Manifest) Rates() map[string]group.Rate {
	rates := map[string]group.Rate{}
	for _, g := range m.Groups {
		if g.Rate.Limited() {
			rates[g.Label] = g.Rate
		}
	}
	return rates
}

// Group is a resource group and the cases that hold it.
type Group struct {
	// Label is the canonical label of the resource_group.
	Label string `json:"label"`
	// Name is the target name in Label.
	Name string `json:"name"`
	// Scope is a group.Scope.
	Scope string `json:"scope"`
	// Key identifies the group in the scopes host and cluster; it is empty in the other scopes.
	Key string `json:"key,omitempty"`
	// Definition has the group's capacity, rate and instances.
	group.Definition
	// Env are variables for the cases that hold units of the group, as templates (group.Template)
	// by name. A case that holds several units gets a value for each, separated by commas.
	Env map[string]string `json:"env,omitempty"`
	// Setup starts what a unit of the group stands for; nil if nothing has to be started.
	Setup *Setup `json:"setup,omitempty"`
	// Cases say which cases hold the group, and how.
	Cases []Use `json:"cases"`
	// Markers are the names by which cases ask for a unit of the group in their own code. Cases
	// and Markers are never both empty.
	Markers []string `json:"markers,omitempty"`
	// Lock is the location of the lock files, for scope build.
	Lock *Lock `json:"lock,omitempty"`
}

// Group returns what the lockers have to know of the group.
func (g Group) Group() group.Group {
	d := g.Definition
	d.Started = g.Setup != nil
	return group.Group{Label: g.Label, Name: g.Name, Scope: group.Scope(g.Scope), Key: g.Key, Definition: d}
}

// Setup says how an instance is started, checked and reset, and how long it is kept.
type Setup struct {
	// Program is the runfiles path of the executable that starts an instance.
	Program string `json:"program"`
	// TimeoutSeconds is how long it may take until Program has answered and Health passes, at
	// least 1.
	TimeoutSeconds int `json:"timeout_seconds"`
	// Files is the runfiles path of a list of the files that Program, Health and Reset need: one
	// runfiles path a line. A line may name a folder.
	Files string `json:"files"`
	// IdleTimeoutSeconds is how long an instance that nobody uses is kept. If it is 0, an instance
	// is never handed from one test process to another.
	IdleTimeoutSeconds int `json:"idle_timeout_seconds"`
	// Health is the runfiles path of an executable that passes if an instance works; empty if there
	// is none.
	Health string `json:"health,omitempty"`
	// Reset is the runfiles path of an executable that puts an instance back into its first state;
	// empty if there is none.
	Reset string `json:"reset,omitempty"`
}

// Lock is the location of the files <stem>.queue.lock and <stem>.units.lock.
type Lock struct {
	// Runfile is the stem as a runfiles path.
	Runfile string `json:"runfile"`
	// Output is the stem below bazel-out/<configuration>/bin.
	Output string `json:"output"`
}

// Of reads and checks the manifest of a test's executable. Its labels are in the form that people
// know (DisplayLabel).
func Of(executable string) (*Manifest, error) {
	m, err := Read(executable + Suffix)
	if err != nil {
		return nil, err
	}
	m.Label = DisplayLabel(m.Label)
	for i := range m.Groups {
		m.Groups[i].Label = DisplayLabel(m.Groups[i].Label)
	}
	return m, nil
}

// Read reads and checks the manifest at path.
func Read(path string) (*Manifest, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	m, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", path, err)
	}
	return m, nil
}

// Parse reads a manifest strictly: an unknown field, a missing one, or a
// version other than Version is an error.
func Parse(text []byte) (*Manifest, error) {
	var v struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, err
	}
	if v.Version != Version {
		return nil, fmt.Errorf("version %d, but this runner reads version %d: "+
			"the rules and the runner are of different releases of rules_interlock", v.Version, Version)
	}
	m := &Manifest{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(m); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return m, m.check()
}
