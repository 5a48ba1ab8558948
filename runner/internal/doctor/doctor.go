// Package doctor finds out which groups can hold where it runs, as an ordinary test does, and what
// is missing there.
//
// The parts are:
//
//   - doctor: all checks, and how they are printed;
//   - groups: lock files and the coordinator, on which groups rest;
//   - machine: what runners and Bazel use besides.
package doctor

import (
	"fmt"
	"io"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/build"
)

// Level says how bad a finding is.
type Level string

const (
	// OK: all is well.
	OK Level = "ok"
	// Note: something works less well, or not here.
	Note Level = "note"
	// Fail: tests with groups will fail.
	Fail Level = "FAIL"
)

// Finding is the result of a check.
type Finding struct {
	Level Level
	// Check is what was checked, and Text what was found.
	Check, Text string
	// Hint is the remedy; empty if none is needed.
	Hint string
}

// Place is what the checks look at.
type Place struct {
	Lookup func(string) (string, bool)
	// InBuild is a group of scope build, whose lock files are among the runfiles.
	InBuild build.Group
	Resolve build.Resolve
	// Cluster returns a locker for groups of scope cluster.
	Cluster func([]group.Group, func(string) (string, bool)) lock.Locker
}

// Examine does all checks.
func (p Place) Examine() []Finding {
	locks, coordinator := p.lockFiles(), p.coordinator()
	if coordinator.Level == Note && locks.Level != OK {
		coordinator.Level = Fail // no group of any scope could hold here
	}
	return []Finding{
		locks, coordinator, clock(), guardian(), processes(), sharedMemory(), p.temporary(), p.home(), p.zip(),
	}
}

// Print writes each finding in a line, and its remedy in one below it. It reports whether tests with
// groups can run.
func Print(w io.Writer, all []Finding) bool {
	healthy := true
	for _, f := range all {
		fmt.Fprintf(w, "%-4s  %s: %s\n", f.Level, f.Check, strings.ReplaceAll(f.Text, "\n", " "))
		if f.Hint != "" {
			fmt.Fprintf(w, "      hint: %s\n", f.Hint)
		}
		healthy = healthy && f.Level != Fail
	}
	return healthy
}
