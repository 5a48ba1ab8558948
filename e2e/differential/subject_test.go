package main

import (
	"context"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// fakeSubject returns the results in ours, in turn, for runs with the runner.
type fakeSubject struct {
	site
	skipped string
	theirs  outcomes.Results
	ours    []outcomes.Results
}

func (f *fakeSubject) place() *site                                    { return &f.site }
func (f *fakeSubject) prepare(context.Context) (string, error)         { return f.skipped, nil }
func (f *fakeSubject) plain(context.Context) (outcomes.Results, error) { return f.theirs, nil }
func (f *fakeSubject) withRunner(context.Context, setting) (outcomes.Results, error) {
	next := f.ours[0]
	f.ours = f.ours[1:]
	return next, nil
}

func newFake(theirs outcomes.Results, ours ...outcomes.Results) *fakeSubject {
	return &fakeSubject{
		site: site{bench: &bench{options: options{limit: time.Minute}}, part: "part", dir: "/nonexistent"}, theirs: theirs, ours: ours,
	}
}

// A setting with a difference runs once more, and only for the first time.
func TestCompareSides(t *testing.T) {
	good, bad := outcomes.Results{"TestA": {outcomes.Passed}}, outcomes.Results{"TestA": {outcomes.Failed}}
	always, once := differs("TestA", "pass-fail"), differs("TestA", outcomes.Unstable)
	for _, c := range []struct {
		name string
		ours []outcomes.Results
		want map[outcomes.Difference]int
	}{
		{"the same", []outcomes.Results{good, good}, map[outcomes.Difference]int{}},
		{"always different", []outcomes.Results{bad, bad, bad}, map[outcomes.Difference]int{always: 2}},
		{"different once", []outcomes.Results{bad, good, good}, map[outcomes.Difference]int{once: 1}},
		{"different in one setting", []outcomes.Results{good, bad, bad}, map[outcomes.Difference]int{always: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(good, c.ours...)
			r := compareSides(t.Context(), f, []setting{{1, 0}, {3, 4}})
			if len(f.ours) > 0 || r.problem != nil || r.tests != 1 || r.path != "part" || len(r.found) != len(c.want) {
				t.Errorf("got %v, and %v is left", r, f.ours)
			}
			for d, n := range c.want {
				if len(r.found[d]) != n {
					t.Errorf("%v: got %v, want %d", d, r.found[d], n)
				}
			}
		})
	}
}

func TestSubjectThatCannotRun(t *testing.T) {
	f := newFake(nil)
	f.skipped = "does not build"
	if r := compareSides(t.Context(), f, []setting{{1, 0}}); r.skipped != f.skipped || r.problem != nil {
		t.Errorf("got %v", r)
	}
}
