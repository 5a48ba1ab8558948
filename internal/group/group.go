// Package group defines resource groups: what a test case may have to hold while it runs.
package group

import (
	"fmt"
	"slices"
	"strings"
)

// Scope says which processes a group excludes.
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

// Scopes are all scopes, narrow ones first. Groups are also acquired in this order, so that a
// group that many want is not held while waiting for a group that few want.
var Scopes = []Scope{Process, Build, Host, Cluster}

// ParseScope returns the scope called s, or an error that lists all scopes.
func ParseScope(s string) (Scope, error) {
	if !slices.Contains(Scopes, Scope(s)) {
		return "", fmt.Errorf("unknown scope %q: this runner knows %q", s, Scopes)
	}
	return Scope(s), nil
}

// Keyed reports whether a group of the scope is identified by its key, and not
// by its label, which means nothing to other workspaces.
func (s Scope) Keyed() bool { return s == Host || s == Cluster }

// IsShared reports whether several processes can want a group of the scope.
func (s Scope) IsShared() bool { return s != Process }

// Group is a resource that at most Capacity units of use may share.
type Group struct {
	// Label identifies the group in the scopes process and build.
	Label string
	// Name is the last part of the label, for people and tags.
	Name string
	// Scope says which processes the group excludes.
	Scope Scope
	// Key identifies the group in the scopes host and cluster; it is empty in the other scopes.
	Key string
	// Definition is what all users of the group must agree on.
	Definition
}

// Identity identifies the group in its scope.
func (g Group) Identity() string {
	if g.Scope.Keyed() {
		return g.Key
	}
	return g.Label
}

// UnitName names a unit for people, as in "//db:pg: instance pg0".
func (g Group) UnitName(slot int) string {
	if slot < len(g.Instances) {
		return fmt.Sprintf("%s: instance %s", g.Label, g.Instances[slot])
	}
	return fmt.Sprintf("%s: unit %d", g.Label, slot)
}

// Definition is what a group is for all of its users. A coordinator records its JSON form.
type Definition struct {
	// Capacity is the number of units, at least 1.
	Capacity int `json:"capacity"`
	// Rate limits how often cases that hold the group start; the zero value means no limit.
	Rate Rate `json:"rate,omitzero"`
	// Instances are the names of the units, if they have names: then there are Capacity of them.
	Instances []string `json:"instances,omitempty"`
	// Started says whether a setup starts the units. Such groups are acquired before all others,
	// so every user has to know.
	Started bool `json:"started,omitempty"`
}

// Equal reports whether d and other are the same.
func (d Definition) Equal(other Definition) bool {
	return d.Capacity == other.Capacity && d.Rate == other.Rate && slices.Equal(d.Instances, other.Instances) &&
		d.Started == other.Started
}

// String describes the group, as in "capacity 2, rate 60/m, instances pg0, pg1".
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
