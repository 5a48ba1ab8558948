package selection_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/manifest"
)

func TestEachCaseHoldsTheGroupsWhosePatternsItMatches(t *testing.T) {
	got, err := addNeeds(casesNamed("TestDB", "TestDBAndPort", "TestFree"), []manifest.Group{
		groupFor("//:db", "TestDB", "TestDB*"), // twice the same case: one need
		groupFor("//:port", "*Port"),
	})
	if err != nil {
		t.Fatal(err)
	}
	db, port := group.Need{Group: "//:db", Weight: 1}, group.Need{Group: "//:port", Weight: 1}
	for i, want := range [][]group.Need{{db}, {db, port}, nil} {
		if !slices.Equal(got[i].Needs, want) {
			t.Errorf("%s holds %v, want %v", got[i].Name, got[i].Needs, want)
		}
	}
}

func TestOfSeveralUsesTheStrongestCounts(t *testing.T) {
	got, err := addNeeds(casesNamed("TestRead", "TestWrite", "TestWriteMuch", "TestFree"), []manifest.Group{{
		Label: "//:db",
		Cases: []manifest.Use{
			{Glob: "Test[RW]*", Weight: 1, Mode: group.Shared},
			{Glob: "TestWriteMuch", Weight: 3},
			{Glob: "TestWrite*", Weight: 2},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]group.Need{
		{{Group: "//:db", Weight: 1, Mode: group.Shared}},
		{{Group: "//:db", Weight: 2}},
		{{Group: "//:db", Weight: 3}},
		nil,
	} {
		if !slices.Equal(got[i].Needs, want) {
			t.Errorf("%s holds %v, want %v", got[i].Name, got[i].Needs, want)
		}
	}
}

func TestPatterns(t *testing.T) {
	for pattern, want := range map[string][]string{
		"*":             {"TestA", "TestA/sub", "TestB", "pkg/TestB", "x=3"},
		"TestA":         {"TestA"},
		"TestA*":        {"TestA", "TestA/sub"}, // * matches / as well
		"*TestB":        {"TestB", "pkg/TestB"},
		"Test?":         {"TestA", "TestB"},
		"Test[B-Z]":     {"TestB"},
		"{TestA,*/sub}": {"TestA", "TestA/sub"},
		`TestA\/sub`:    {"TestA/sub"},
		"x[=]3":         {"x=3"}, // not a weight in a BUILD file
	} {
		got, err := addNeeds(casesNamed("TestA", "TestA/sub", "TestB", "pkg/TestB", "x=3"), []manifest.Group{groupFor("//:db", pattern)})
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
		var holders []string
		for _, c := range got {
			if len(c.Needs) > 0 {
				holders = append(holders, c.Name)
			}
		}
		if !slices.Equal(holders, want) {
			t.Errorf("%s: held by %v, want %v", pattern, holders, want)
		}
	}
}

// A typing mistake must not switch exclusion off.
func TestPatternThatMatchesNothingListsTheCases(t *testing.T) {
	_, err := addNeeds(casesNamed("TestA", "TestB"), []manifest.Group{groupFor("//:db", "TestA", "TestDb*")})
	want := `resource_groups: //:db: the pattern "TestDb*" matches no case of this test, ` +
		`so nothing would hold the group; the cases are: TestA, TestB`
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
}

func TestLongListIsCut(t *testing.T) {
	_, err := addNeeds(numbered(60), []manifest.Group{groupFor("//:db", "x")})
	if err == nil || !strings.HasSuffix(err.Error(), "Case48, Case49, … and 10 more") {
		t.Errorf("error %v", err)
	}
	_, err = addNeeds(numbered(50), []manifest.Group{groupFor("//:db", "x")})
	if err == nil || !strings.HasSuffix(err.Error(), "Case48, Case49") {
		t.Errorf("error %v", err)
	}
}

func TestMalformedPattern(t *testing.T) {
	for _, pattern := range []string{"Test[", "{a", "[]"} {
		_, err := addNeeds(casesNamed("TestA"), []manifest.Group{groupFor("//:db", pattern)})
		if err == nil || !strings.Contains(err.Error(), "//:db") || !strings.Contains(err.Error(), "is not a glob") {
			t.Errorf("%s: error %v", pattern, err)
		}
	}
}
