package main

import (
	"slices"
	"testing"
)

// outcomes returns results with one outcome each.
func outcomes(pairs ...string) results {
	r := results{}
	for i := 0; i < len(pairs); i += 2 {
		r.add(pairs[i], pairs[i+1])
	}
	return r
}

func TestSameOutcomesAreNoDifference(t *testing.T) {
	r := outcomes("TestA", passed, "TestA/b", skipped, wholePackage, passed)
	if found := compare(r, r, r); len(found) != 0 {
		t.Errorf("got %v", found)
	}
}

// Everything that the runner can get wrong is a difference.
func TestDifferencesAreFound(t *testing.T) {
	theirs := outcomes("TestA", passed, "TestA/b", passed, "TestC", skipped, wholePackage, passed)
	for _, c := range []struct {
		name   string
		change func(results)
		want   difference
	}{
		{"another outcome", func(r results) { r["TestA/b"] = []string{failed} }, difference{"TestA/b", "pass-fail"}},
		{"skipped became passed", func(r results) { r["TestC"] = []string{passed} }, difference{"TestC", "skip-pass"}},
		{"did not run", func(r results) { r["TestA"] = []string{errored} }, difference{"TestA", "pass-error"}},
		{"missing", func(r results) { delete(r, "TestC") }, difference{"TestC", "skip-missing"}},
		{"subtest missing", func(r results) { delete(r, "TestA/b") }, difference{"TestA/b", "pass-missing"}},
		{"in two shards", func(r results) { r.add("TestA", passed) }, difference{"TestA", "pass-pass+pass"}},
		{"invented", func(r results) { r.add("TestD", passed) }, difference{"TestD", "missing-pass"}},
		{"exit code", func(r results) { r.setPackage(false) }, difference{wholePackage, "pass-fail"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ours := outcomes("TestA", passed, "TestA/b", passed, "TestC", skipped, wholePackage, passed)
			c.change(ours)
			if got := compare(theirs, theirs, ours); !slices.Equal(got, []difference{c.want}) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestUnstableUnderGoTestItself(t *testing.T) {
	first := outcomes("TestA", passed, "TestB", passed, "TestR/seed1", passed, "TestR/same", passed)
	second := outcomes("TestA", failed, "TestB", passed, "TestR/seed2", passed, "TestR/same", passed)
	want := []difference{{"TestA", unstable}, {"TestR/seed1", unstable}, {"TestR/seed2", unstable}}
	if got := selfDifferences(first, second); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	either := outcomes("TestA", failed, "TestB", passed, "TestR/seed3", passed, "TestR/same", passed)
	if got := compare(first, second, either); len(got) != 0 {
		t.Errorf("what either run of go test says is a difference: %v", got)
	}
	worse := outcomes("TestA", skipped, "TestB", failed, "TestR/seed3", passed, "TestX/seed3", passed)
	worse.add("TestR/seed2", passed)
	want = []difference{
		{"TestA", "pass-skip"},
		{"TestB", "pass-fail"},
		{"TestR/(other names)", "pass-pass+pass"},
		{"TestR/same", "pass-missing"},
		{"TestX/seed3", "missing-pass"},
	}
	if got := compare(first, second, worse); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBelowNamesThatChange(t *testing.T) {
	first := outcomes("TestR", passed, "TestR/1", passed, "TestR/1/x", passed, "TestR/1/y", skipped)
	second := outcomes("TestR", passed, "TestR/2", passed, "TestR/2/x", passed, "TestR/2/y", skipped)
	ours := outcomes("TestR", passed, "TestR/3", passed, "TestR/3/x", passed, "TestR/3/y", skipped)
	if got := compare(first, second, ours); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	ours["TestR/3/x"] = []string{failed}
	want := []difference{{"TestR/" + otherNames, "pass+pass+skip-fail+pass+skip"}}
	if got := compare(first, second, ours); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestConfirmed(t *testing.T) {
	always, once, later := difference{"TestA", "pass-fail"}, difference{"TestB", "pass-fail"}, difference{"TestC", "skip-pass"}
	got := confirmed([]difference{always, once}, []difference{always, later})
	if want := []difference{always, {"TestB", unstable}, {"TestC", unstable}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
