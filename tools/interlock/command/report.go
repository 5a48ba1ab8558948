package command

import (
	"cmp"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	"github.com/interlock-build/rules_interlock/internal/lock/notice"
)

// ReportVersion is the version of Report. A new field does not change it.
const ReportVersion = 1

// Report is what `interlock status --json` prints.
type Report struct {
	// Version is ReportVersion.
	Version int `json:"version"`
	// At is when it was made.
	At time.Time `json:"at"`
	// Groups are the groups that are held or waited for, by scope, then key or label.
	Groups []Group `json:"groups"`
	// Services are what the keeper of services has, by group and unit; none if no keeper is up.
	Services []Service `json:"services,omitempty"`
	// Problems say what could not be seen, one a line.
	Problems []string `json:"problems"`
}

// Group is a group that is held or waited for.
type Group struct {
	// Scope is build, host or cluster.
	Scope string `json:"scope"`
	// Key is the group's key; empty in scope build.
	Key string `json:"key,omitempty"`
	// Label is the group's label in scope build; empty in the other scopes, where each workspace
	// may have its own.
	Label string `json:"label,omitempty"`
	// Identity distinguishes groups that have the same label in several output bases, or the same
	// key in several folders for locks.
	Identity string `json:"identity"`
	// Capacity is the number of units.
	Capacity int `json:"capacity"`
	// Rate is as in the rule, such as 60/m; empty for none.
	Rate string `json:"rate,omitempty"`
	// Instances are the names of the units, if they have names.
	Instances []string `json:"instances,omitempty"`
	// Holders are the holders of the group, the longest holder first.
	Holders []Use `json:"holders"`
	// Queue are its waiters, the longest waiter first.
	Queue []Use `json:"queue"`
}

// Use is a holder or a waiter of a group.
type Use struct {
	// Target is the label of the test; empty for a command.
	Target string `json:"target,omitempty"`
	// Case is the name of the case, or the command.
	Case string `json:"case,omitempty"`
	// Since is when it began to hold, or to wait.
	Since time.Time `json:"since"`
	// Mode is exclusive or shared.
	Mode string `json:"mode"`
	// Weight is the number of units that it takes.
	Weight int `json:"weight"`
	// Slots are the numbers of the units that it has, from 0; empty for a waiter or a shared
	// holder.
	Slots []int `json:"slots,omitempty"`
	// Instances are the names of these units, if they have names.
	Instances []string `json:"instances,omitempty"`
	// Fence is the fencing token, in scope cluster.
	Fence int64 `json:"fence,omitempty"`
}

// addNotices adds what processes of this machine publish about scopes.
func (r *Report) addNotices(scopes []group.Scope) {
	uses, problems := notice.Read()
	for _, u := range uses {
		if !slices.Contains(scopes, u.Scope) {
			continue
		}
		g := r.groupOf(u)
		use := useOf(u.User, u.Mode, u.Weight, group.Grant{Slots: u.Slots}, u.Definition)
		if u.State == notice.Holding {
			g.Holders = append(g.Holders, use)
		} else {
			g.Queue = append(g.Queue, use)
		}
	}
	for _, err := range problems {
		r.Problems = append(r.Problems, lock.Clean(err.Error()))
	}
}

// groupOf returns the group of a notice, as its first user defines it.
func (r *Report) groupOf(u notice.Use) *Group {
	for i := range r.Groups {
		if r.Groups[i].Identity == u.Identity && r.Groups[i].Scope == string(u.Scope) {
			return &r.Groups[i]
		}
	}
	g := newGroup(u.Scope, u.Identity, u.Definition)
	if g.Key = u.Key; g.Key == "" {
		g.Label = u.Label
	}
	r.Groups = append(r.Groups, g)
	return &r.Groups[len(r.Groups)-1]
}

// addCluster adds what a coordinator knows. Anybody may have written its texts.
func (r *Report) addCluster(groups []state.Group) {
	for _, from := range groups {
		if from.Definition == nil || len(from.Holders)+len(from.Queue) == 0 {
			continue
		}
		d := *from.Definition
		g := newGroup(group.Cluster, lock.Clean(from.Key), d)
		g.Key = g.Identity
		for _, h := range from.Holders {
			g.Holders = append(g.Holders, useOf(h.User, h.Mode, h.Weight, h.Grant, d))
		}
		for _, u := range from.Queue {
			g.Queue = append(g.Queue, useOf(u.User, u.Mode, u.Weight, group.Grant{}, d))
		}
		r.Groups = append(r.Groups, g)
	}
}

func newGroup(scope group.Scope, identity string, d group.Definition) Group {
	return Group{
		Scope: string(scope), Identity: identity, Capacity: d.Capacity, Rate: d.Rate.String(), Instances: cleaned(d.Instances),
		Holders: []Use{}, Queue: []Use{},
	}
}

func useOf(user lock.User, mode group.Mode, weight int, grant group.Grant, d group.Definition) Use {
	u := Use{
		Target: lock.Clean(user.Target), Case: lock.Clean(user.Case), Since: user.Since,
		Mode: mode.String(), Weight: weight, Slots: grant.Slots, Fence: grant.Fence,
	}
	for _, slot := range grant.Slots {
		if slot < len(d.Instances) {
			u.Instances = append(u.Instances, lock.Clean(d.Instances[slot]))
		}
	}
	return u
}

func cleaned(texts []string) []string {
	var cleaned []string
	for _, text := range texts {
		cleaned = append(cleaned, lock.Clean(text))
	}
	return cleaned
}

// sort sorts groups, whatever sources they are from.
func (r *Report) sort() {
	slices.SortStableFunc(r.Groups, func(a, b Group) int {
		order := func(g Group) int { return slices.Index(group.Scopes, group.Scope(g.Scope)) }
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.name(), b.name()), cmp.Compare(a.Identity, b.Identity))
	})
}

// name is the key or the label.
func (g Group) name() string { return cmp.Or(g.Key, g.Label) }
