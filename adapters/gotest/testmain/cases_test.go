package main

import (
	"slices"
	"strings"
	"testing"
)

const generated = `
package main

import (
	"testing"

	l "example.com/pkg"
	l_test "example.com/pkg_test"
)

var allTests = []testing.InternalTest{

	{"TestnewSleeper", l.TestnewSleeper },
	{"TestÄpfel", l.TestÄpfel },
	{"TestTwice", l.TestTwice },
	{"TestTwice", l_test.TestTwice },
}

var benchmarks = []testing.InternalBenchmark{
	{"BenchmarkX", l.BenchmarkX },
}

var examples = []testing.InternalExample{
	{Name: "ExampleX", F: l.ExampleX, Output: "TestInText\n", Unordered: false },
}

var fuzzTargets = []testing.InternalFuzzTarget{
  {"FuzzX", l.FuzzX },
}
`

func TestCasesOf(t *testing.T) {
	got, err := casesOf(generated)
	want := []string{"TestnewSleeper", "TestÄpfel", "TestTwice", "TestTwice", "FuzzX", "ExampleX"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestCasesOfAnotherMain(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"no table":        {"package main\nfunc main() {}\n", "no []testing.InternalTest"},
		"a row of a call": {"package main\nvar a = []testing.InternalTest{row()}\n", "row 0 is not a literal"},
		"a computed name": {"package main\nvar a = []testing.InternalTest{{name(), f}}\n", "row 0 has no name"},
		"no Go":           {"TestA\nTestB\n", "expected 'package'"},
	} {
		if _, err := casesOf(c.source); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func casesOf(source string) ([]string, error) {
	m, err := parseMain("testmain.go", []byte(source))
	if err != nil {
		return nil, err
	}
	return m.cases()
}
