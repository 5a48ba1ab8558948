// Package group defines resource groups: what a test case may have to hold
// while it runs.
package group

import "fmt"

// Scope says among whom a group excludes.
type Scope string

const (
	// Process excludes among the cases of one runner process.
	Process Scope = "process"
	// Build excludes among all test processes of one Bazel server.
	Build Scope = "build"
)

// ParseScope returns the scope called s, or an error that lists those that exist.
func ParseScope(s string) (Scope, error) {
	switch scope := Scope(s); scope {
	case Process, Build:
		return scope, nil
	}
	return "", fmt.Errorf("unknown scope %q: this runner knows %q and %q", s, Process, Build)
}

// Group is a resource that at most Capacity units of use may share.
type Group struct {
	// Label identifies the group; canonical order is the order of labels.
	Label string
	// Name is the last part of the label, for people and tags.
	Name string
	// Scope says among whom the group excludes.
	Scope Scope
	// Capacity is the number of units, at least 1.
	Capacity int
}
