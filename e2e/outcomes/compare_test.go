package outcomes

import (
	"slices"
	"testing"
)

// resultsOf returns results with one outcome each.
func resultsOf(pairs ...string) Results {
	r := Results{}
	for i := 0; i < len(pairs); i += 2 {
		r.Add(pairs[i], pairs[i+1])
	}
	return r
}

func TestSameOutcomesAreNoDifference(t *testing.T) {
	r := resultsOf("TestA", Passed, "TestA/b", Skipped, WholePackage, Passed)
	if found := Compare(r, r, r); len(found) != 0 {
		t.Errorf("got %v", found)
	}
}

// Everything that the runner can get wrong is a difference.
func TestDifferencesAreFound(t *testing.T) {
	theirs := resultsOf("TestA", Passed, "TestA/b", Passed, "TestC", Skipped, WholePackage, Passed)
	for _, c := range []struct {
		name   string
		change func(Results)
		want   Difference
	}{
		{"another outcome", func(r Results) { r["TestA/b"] = []string{Failed} }, Difference{"TestA/b", "pass-fail"}},
		{"skipped became passed", func(r Results) { r["TestC"] = []string{Passed} }, Difference{"TestC", "skip-pass"}},
		{"did not run", func(r Results) { r["TestA"] = []string{Errored} }, Difference{"TestA", "pass-error"}},
		{"missing", func(r Results) { delete(r, "TestC") }, Difference{"TestC", "skip-missing"}},
		{"subtest missing", func(r Results) { delete(r, "TestA/b") }, Difference{"TestA/b", "pass-missing"}},
		{"in two shards", func(r Results) { r.Add("TestA", Passed) }, Difference{"TestA", "pass-pass+pass"}},
		{"invented", func(r Results) { r.Add("TestD", Passed) }, Difference{"TestD", "missing-pass"}},
		{"exit code", func(r Results) { r.SetPackage(false) }, Difference{WholePackage, "pass-fail"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ours := resultsOf("TestA", Passed, "TestA/b", Passed, "TestC", Skipped, WholePackage, Passed)
			c.change(ours)
			if got := Compare(theirs, theirs, ours); !slices.Equal(got, []Difference{c.want}) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestUnstableUnderGoTestItself(t *testing.T) {
	first := resultsOf("TestA", Passed, "TestB", Passed, "TestR/seed1", Passed, "TestR/same", Passed)
	second := resultsOf("TestA", Failed, "TestB", Passed, "TestR/seed2", Passed, "TestR/same", Passed)
	want := []Difference{{"TestA", Unstable}, {"TestR/seed1", Unstable}, {"TestR/seed2", Unstable}}
	if got := SelfDifferences(first, second); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	either := resultsOf("TestA", Failed, "TestB", Passed, "TestR/seed3", Passed, "TestR/same", Passed)
	if got := Compare(first, second, either); len(got) != 0 {
		t.Errorf("what either run of go test says is a difference: %v", got)
	}
	worse := resultsOf("TestA", Skipped, "TestB", Failed, "TestR/seed3", Passed, "TestX/seed3", Passed)
	worse.Add("TestR/seed2", Passed)
	want = []Difference{
		{"TestA", "pass-skip"},
		{"TestB", "pass-fail"},
		{"TestR/(other names)", "pass-pass+pass"},
		{"TestR/same", "pass-missing"},
		{"TestX/seed3", "missing-pass"},
	}
	if got := Compare(first, second, worse); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBelowNamesThatChange(t *testing.T) {
	first := resultsOf("TestR", Passed, "TestR/1", Passed, "TestR/1/x", Passed, "TestR/1/y", Skipped)
	second := resultsOf("TestR", Passed, "TestR/2", Passed, "TestR/2/x", Passed, "TestR/2/y", Skipped)
	ours := resultsOf("TestR", Passed, "TestR/3", Passed, "TestR/3/x", Passed, "TestR/3/y", Skipped)
	if got := Compare(first, second, ours); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	ours["TestR/3/x"] = []string{Failed}
	want := []Difference{{"TestR/" + otherNames, "pass+pass+skip-fail+pass+skip"}}
	if got := Compare(first, second, ours); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestConfirmed(t *testing.T) {
	always, once, later := Difference{"TestA", "pass-fail"}, Difference{"TestB", "pass-fail"}, Difference{"TestC", "skip-pass"}
	got := Confirmed([]Difference{always, once}, []Difference{always, later})
	if want := []Difference{always, {"TestB", Unstable}, {"TestC", Unstable}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
