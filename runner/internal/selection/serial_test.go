package selection_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/manifest"
)

func TestSerialCases(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		want     []bool
	}{
		{nil, []bool{false, false, false}},
		{[]string{"*"}, []bool{true, true, true}},
		{[]string{"TestB", "*/sub"}, []bool{false, true, true}},
		{[]string{"TestB", "Test?"}, []bool{true, true, false}},
	} {
		got, err := serial(casesNamed("TestA", "TestB", "TestA/sub"), c.patterns)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q: got %v, %v, want %v", c.patterns, got, err, c.want)
		}
	}
}

// A typing mistake must not let a case run beside others.
func TestSerialPatternThatMatchesNothingListsTheCases(t *testing.T) {
	_, err := serial(casesNamed("TestA", "TestB"), []string{"*", "TestBigg*"})
	want := `serial: the pattern "TestBigg*" matches no case of this test, so nothing would run alone; ` +
		`the cases are: TestA, TestB`
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
}

func TestMalformedSerialPattern(t *testing.T) {
	_, err := serial(casesNamed("TestA"), []string{"Test["})
	if err == nil || !strings.Contains(err.Error(), `serial: the pattern "Test[" is not a glob`) {
		t.Errorf("error %v", err)
	}
}

// All of no cases is not a mistake.
func TestEveryCaseOfNone(t *testing.T) {
	if got, err := serial(nil, []string{"*"}); err != nil || len(got) > 0 {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := addNeeds(nil, []manifest.Group{groupFor("//:db", "*")}); err != nil || len(got) > 0 {
		t.Errorf("got %v, %v", got, err)
	}
}
