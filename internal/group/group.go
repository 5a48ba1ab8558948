// Package group defines resource groups: what a test case may have to hold
// while it runs.
package group

import (
	"fmt"
	"slices"
	"strings"
)

// Scope says among whom a group excludes.
type Scope string

const (
	// Process excludes among the cases of one runner process.
	Process Scope = "process"
	// Build excludes among all test processes of one Bazel server.
	Build Scope = "build"
	// Host excludes among all processes of this machine.
	Host Scope = "host"
	// Cluster excludes among all machines that share a coordinator.
	Cluster Scope = "cluster"
)

// Scopes are all of them, narrow ones first. It is also the order in which
// they are taken, so that what many wait for is not held while waiting for
// what few want.
var Scopes = []Scope{Process, Build, Host, Cluster}

// ParseScope returns the scope called s, or an error that lists those that exist.
func ParseScope(s string) (Scope, error) {
	if !slices.Contains(Scopes, Scope(s)) {
		return "", fmt.Errorf("unknown scope %q: this runner knows %q", s, Scopes)
	}
	return Scope(s), nil
}

// Keyed reports whether a group of the scope is identified by its key, and not
// by its label, which means nothing to other workspaces.
func (s Scope) Keyed() bool { return s == Host || s == Cluster }

// Group is a resource that at most Capacity units of use may share.
type Group struct {
	// Label identifies the group in the scopes process and build.
	Label string
	// Name is the last part of the label, for people and tags.
	Name string
	// Scope says among whom the group excludes.
	Scope Scope
	// Key identifies the group in the scopes host and cluster; it is empty in
	// the others.
	Key string
	// Definition is what all who use the group have to agree on.
	Definition
}

// Identity is what identifies the group in its scope.
func (g Group) Identity() string {
	if g.Scope.Keyed() {
		return g.Key
	}
	return g.Label
}

// Definition is what a group is, whoever uses it. Its JSON form is what a
// coordinator records.
type Definition struct {
	// Capacity is the number of units, at least 1.
	Capacity int `json:"capacity"`
	// Rate limits how often cases that hold the group start; the zero value
	// does not.
	Rate Rate `json:"rate,omitzero"`
	// Instances are the names of the units, if they have some: then there are
	// Capacity of them.
	Instances []string `json:"instances,omitempty"`
	// Started is whether a setup starts the units: such groups are taken before all
	// others, so everybody has to know.
	Started bool `json:"started,omitempty"`
}

// Equal reports whether d and other are the same.
func (d Definition) Equal(other Definition) bool {
	return d.Capacity == other.Capacity && d.Rate == other.Rate && slices.Equal(d.Instances, other.Instances) &&
		d.Started == other.Started
}

// String says what the group is, as in "capacity 2, rate 60/m, instances pg0, pg1".
func (d Definition) String() string {
	text := fmt.Sprintf("capacity %d", d.Capacity)
	if d.Rate.Limited() {
		text += fmt.Sprintf(", rate %s", d.Rate)
	}
	if len(d.Instances) > 0 {
		text += ", instances " + strings.Join(d.Instances, ", ")
	}
	if d.Started {
		text += ", a setup"
	}
	return text
}
