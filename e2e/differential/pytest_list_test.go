package main

import (
	"reflect"
	"testing"
)

const suiteList = `# comment
one==1.0 pytest==7.4.4 pytest==9.2.0
two==2.0 pytest==9.2.0 needed==3 -onothing=1 other  # why
`

func TestSuites(t *testing.T) {
	suites, err := parseSuites(suiteList)
	want := []suite{
		{project: "one", version: "1.0", pytests: []string{"7.4.4", "9.2.0"}},
		{
			project: "two", version: "2.0", pytests: []string{"9.2.0"},
			requirements: []string{"needed==3", "other"}, args: []string{"-onothing=1"},
		},
	}
	if err != nil || !reflect.DeepEqual(suites, want) {
		t.Fatalf("got %v, %v", suites, err)
	}
	for asked, want := range map[string]suite{
		"two":        suites[1],
		"two==2.0":   suites[1],
		"two==3.0":   {project: "two", version: "3.0", pytests: usualPytests},
		"third":      {project: "third", pytests: usualPytests},
		"third==1.0": {project: "third", version: "1.0", pytests: usualPytests},
	} {
		if got := chooseSuite(suites, asked); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v", asked, got)
		}
	}
}

func TestSuiteThatIsNotWhole(t *testing.T) {
	for _, text := range []string{"one pytest==9.2.0", "one== pytest==9.2.0", "one==1.0", "one==1.0 needed==3"} {
		if _, err := parseSuites(text); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

func TestRequirement(t *testing.T) {
	for want, s := range map[string]suite{
		"one":      {project: "one"},
		"one==1.0": {project: "one", version: "1.0"},
	} {
		if got := s.requirement(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := s.String(); got != "pypi:"+want {
			t.Errorf("got %s", got)
		}
	}
}
