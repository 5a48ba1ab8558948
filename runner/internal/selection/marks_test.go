package selection_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/runner/internal/selection"
)

var marked = []event.Listed{
	{Case: event.Case{Name: "a"}, Marks: []string{"db", "api"}},
	{Case: event.Case{Name: "b"}, Marks: []string{"database"}},
	{Case: event.Case{Name: "c"}, Marks: []string{"api"}},
	{Case: event.Case{Name: "d"}},
}

// A name without a group is a group of the process.
func TestMarks(t *testing.T) {
	db := manifest.Group{
		Label: "//:db", Name: "db", Scope: "build", Definition: group.Definition{Capacity: 2}, Markers: []string{"database", "db"},
		Cases: []manifest.Use{{Glob: "b", Weight: 2}},
	}
	groups, err := selection.BindMarks(marked, []manifest.Group{db}, false)
	if err != nil || len(groups) != 2 {
		t.Fatalf("got %+v, %v", groups, err)
	}
	if api := groups[1]; api.Label != "mark:api" || api.Scope != "process" || api.Capacity != 1 {
		t.Errorf("got %+v", api)
	}
	cases, err := selection.AddNeeds(marked, groups, false)
	if err != nil {
		t.Fatal(err)
	}
	need := func(label string, weight int) group.Need { return group.Need{Group: label, Weight: weight} }
	for i, want := range [][]group.Need{
		{need("//:db", 1), need("mark:api", 1)}, {need("//:db", 2)}, {need("mark:api", 1)}, nil,
	} {
		if !slices.Equal(cases[i].Needs, want) {
			t.Errorf("%s: got %v, want %v", cases[i].Name, cases[i].Needs, want)
		}
	}
}

func TestMarksThatNameNoGroupAreErrorsIfStrict(t *testing.T) {
	_, err := selection.BindMarks(marked, []manifest.Group{{Label: "//:db", Markers: []string{"database", "db"}}}, true)
	want := `strict_groups: a asks for the group "api" by a mark, and group_markers has only database, db` +
		"\nhint: add group_markers = {\"api\": \":LABEL_OF_A_GROUP\"}"
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
	_, err = selection.BindMarks(marked, []manifest.Group{{Label: "//:db", Markers: []string{"apis", "database", "db"}}}, true)
	if err == nil || !strings.HasSuffix(err.Error(), "\nhint: did you mean \"apis\"?") {
		t.Errorf("error %v", err)
	}
}

// If only a part of the cases is listed, a pattern that matches none need not be wrong.
func TestPatternsNeedNotMatchAPart(t *testing.T) {
	if _, err := selection.AddNeeds(marked, []manifest.Group{groupFor("//:db", "x*")}, true); err != nil {
		t.Error(err)
	}
	if _, err := selection.Serial(marked, []string{"x*"}, true); err != nil {
		t.Error(err)
	}
	if _, err := selection.AddNeeds(marked, []manifest.Group{groupFor("//:db", "[")}, true); err == nil {
		t.Error("a malformed pattern is no error")
	}
}

func TestCasesThatAskToRunAlone(t *testing.T) {
	cases := slices.Clone(marked)
	cases[1].Serial = true
	got, err := selection.Serial(cases, []string{"d"}, false)
	if want := []bool{false, true, false, true}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
