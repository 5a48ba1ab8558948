package selection_test

import (
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/manifest"
)

func TestPatternThatMatchesNothingSaysWhatWasMeant(t *testing.T) {
	cases := casesNamed("TestDBOne", "TestDBTwo", "TestPure", "pkg/test_x.py::test_a", "pkg/test_x.py::test_p[1]")
	for pattern, want := range map[string]string{
		"TestDb*":      "TestDB*",
		"testpure":     "TestPure",
		"testdb?ne":    "TestDB?ne",
		"TestDB":       "TestDB*",
		"DBOne":        "*DBOne",
		"test_a":       "*test_a",
		"test_p":       "*test_p*",
		"*test_p":      "*test_p*",
		"*::TestFoo*":  "",
		"TestOther*":   "",
		"{TestX,TestY": "malformed",
	} {
		_, err := addNeeds(cases, []manifest.Group{groupFor("//:db", pattern)})
		if err == nil {
			t.Errorf("%s: no error", pattern)
			continue
		}
		_, hint, _ := strings.Cut(err.Error(), "\nhint: ")
		if want == "malformed" {
			if !strings.Contains(err.Error(), "is not a glob") {
				t.Errorf("%s: %v", pattern, err)
			}
			continue
		}
		if want != "" {
			want = `did you mean "` + want + `"?`
		}
		if hint != want {
			t.Errorf("%s: the hint is %q, want %q", pattern, hint, want)
		}
	}
}
