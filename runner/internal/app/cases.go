package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/options"
	"github.com/interlock-build/rules_interlock/internal/plan"
	"github.com/interlock-build/rules_interlock/internal/schedule"
	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
	"github.com/interlock-build/rules_interlock/runner/internal/framework"
	"github.com/interlock-build/rules_interlock/runner/internal/selection"
)

// selectCases returns the cases of this shard, or one that stands for them, and a note for the
// end of the log, if there is one.
func selectCases(ctx context.Context, t task, f framework.Framework, workers int) (own []schedule.Case, note string, err error) {
	m := t.manifest
	if unlisted := f.Traits().Unlisted; unlisted.Process && workers == 0 && t.env.Shard.Total == 1 && sameForAll(m) && t.options.OncePerCase() &&
		t.options.Plan == "" {
		own, err = selection.AddNeeds([]event.Listed{{Case: unlisted}}, m.Groups, false)
		return own, "", err
	}
	selected, note, err := listCases(ctx, t, f)
	if err != nil {
		return nil, "", err
	}
	if t.options.Plan == options.WritePlan {
		if err := writePlan(t, selected, workers); err != nil {
			return nil, "", err
		}
	}
	all := repeated(selected, t.options.Repeat)
	own, where := ofShard(all, m, t.env.Shard, workers)
	if len(own) == 0 && len(all) > 0 {
		note = whyNone(m, all, where, t.env.Shard.Total)
	}
	return own, note, nil
}

// listCases returns the selected cases of all shards. If there are none, the note says so.
func listCases(ctx context.Context, t task, f framework.Framework) (asked []schedule.Case, note string, err error) {
	batch, release := event.Batch{}, func() {}
	if f.Traits().RunsToList {
		if batch, release, err = t.holdToList(ctx); err != nil {
			return nil, "", err
		}
	}
	listed, err := f.List(ctx, batch)
	release()
	if err != nil {
		return nil, "", err
	}
	all, err := describe(t, listed, isPartial(f))
	if err != nil {
		return nil, "", err
	}
	for i, c := range all {
		if listed[i].Asked {
			asked = append(asked, c)
		}
	}
	switch {
	case len(asked) > 0:
	case len(listed) == 0 && isPartial(f):
		note = "no case of this test was asked for"
	case len(listed) > 0:
		note = "no case of this test was asked for; " + selection.ListOf(listed)
	case len(t.manifest.Groups) > 0 && t.manifest.Cases != "":
		return nil, "", errNoCase
	default:
		note = cmp.Or(noteOf(f), "this test has no case")
	}
	return asked, note, nil
}

// errNoCase is for a test whose groups no case would ever hold.
var errNoCase = errors.New("the test has groups, but not a single case\nhint: is this the right target? A program of another " +
	"kind is one case of framework = \"exec\"")

// describe adds what the manifest and the cases themselves say about each case. Patterns need not
// match if only a part of the cases is listed.
func describe(t task, listed []event.Listed, partial bool) ([]schedule.Case, error) {
	m := t.manifest
	bound, err := selection.BindMarks(listed, m.Groups, t.options.StrictGroups)
	if err != nil {
		return nil, err
	}
	m.Groups = bound
	cases, err := selection.AddNeeds(listed, m.Groups, partial)
	if err != nil {
		return nil, explain(err, m)
	}
	serial, err := selection.Serial(listed, m.Serial, partial)
	if err != nil {
		return nil, explain(err, m)
	}
	for i := range cases {
		cases[i].Serial = serial[i]
	}
	return cases, addTimings(cases, t)
}

// explain adds what else is to be known of an error that lists the cases.
func explain(err error, m *manifest.Manifest) error {
	var unmatched *selection.UnmatchedError
	if m.Framework == "exec" && errors.As(err, &unmatched) {
		return fmt.Errorf("%w\nhint: a program of framework = \"exec\" is one case: write [\"*\"] for it", err)
	}
	return err
}

// sameForAll reports whether everything that is said of cases is said of all,
// whatever their names. Other patterns have to be compared with the names: one
// that matches none is an error.
func sameForAll(m *manifest.Manifest) bool {
	if len(m.Serial) > 0 && !m.AllSerial() {
		return false
	}
	for _, g := range m.Groups {
		if slices.ContainsFunc(g.Cases, func(u manifest.Use) bool { return u.Glob != "*" }) {
			return false
		}
	}
	return true
}

// whyNone says why a shard has no case, where all are divided like that.
func whyNone(m *manifest.Manifest, all []schedule.Case, where []int, shards int) string {
	used := slices.Compact(slices.Sorted(slices.Values(where)))
	if len(used) > 1 || len(all) == 1 {
		return fmt.Sprintf("this shard has no case: the test has %d, for %d shards", len(all), shards)
	}
	for _, g := range m.Groups {
		needs := func(c schedule.Case) bool {
			return slices.ContainsFunc(c.Needs, func(n group.Need) bool { return n.Group == g.Label })
		}
		if !slices.ContainsFunc(all, func(c schedule.Case) bool { return !needs(c) }) {
			return fmt.Sprintf("this shard has no case: %s (capacity %d) ties all %d cases to shard %d of %d",
				g.Label, g.Capacity, len(all), used[0]+1, shards)
		}
	}
	return fmt.Sprintf("this shard has no case: all %d are in shard %d of %d", len(all), used[0]+1, shards)
}

// ofShard returns the cases that the plan gives a shard, in the order in which
// they are listed, and for each of all the shard that runs it.
func ofShard(cases []schedule.Case, m *manifest.Manifest, s bazelenv.Shard, workers int) (own []schedule.Case, where []int) {
	p := plan.Problem{Capacity: m.Capacities(), Rates: m.Rates(), Shards: s.Total, Workers: workers}
	for _, c := range cases {
		p.Cases = append(p.Cases, plan.Case{Name: c.FullName(), Together: togetherBy(c, m.KeepTogether), Takes: c.Takes, Needs: c.Needs})
	}
	where = plan.Make(p).Shard
	for i, shard := range where {
		if shard == s.Index || cases[i].Everywhere {
			own = append(own, cases[i])
		}
	}
	return own, where
}

// togetherBy returns the name of what keeps a case together with others.
func togetherBy(c schedule.Case, by manifest.Together) string {
	switch by {
	case manifest.Class:
		return c.Class
	case manifest.File:
		return c.File
	}
	return ""
}
