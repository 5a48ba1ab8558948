package gotest

import (
	"slices"
	"strings"
	"testing"
)

// User code prints to where the names are printed, with and without a newline.
func TestNamesAmidOutput(t *testing.T) {
	for output, want := range map[string][]string{
		"TestA\nTest\nExample_suffix\nFuzzX\nBenchmarkB\nTestÄpfel\nTestnewSleeper\n": {
			"TestA", "Test", "Example_suffix", "FuzzX", "TestÄpfel", "TestnewSleeper",
		},
		"":                                            nil,
		"Test database is ready\nTestA\n":             {"TestA"},
		"connecting ... TestA\nTestB\n":               {"TestA", "TestB"},
		"connecting...TestA\nbye":                     {"TestA"},
		"connectingTestA\nTestB\nTestB\n":             {"TestA", "TestB", "TestB"},
		"BenchmarkB\nready: BenchmarkC\nTestA\r\n":    {"TestA"},
		"Test of everything\n\n\t\nok  \tpkg 0.01s\n": nil,
	} {
		var l nameList
		l.add([]byte(output))
		if got, err := l.end(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v; want %q", output, got, err, want)
		}
	}
	var l nameList
	l.add([]byte("loadTestTestA\n"))
	if got, err := l.end(); err == nil || !strings.Contains(err.Error(), `it is not clear which name this line ends in: "loadTestTestA"`) {
		t.Errorf("got %q, %v", got, err)
	}
}
