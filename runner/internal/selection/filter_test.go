package selection_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/runner/internal/selection"
)

func TestFilter(t *testing.T) {
	for filter, want := range map[string][]string{
		"":                    {"TestA", "TestB", "TestC/x", "TestC/y", "a,b"},
		"TestA":               {"TestA"},
		"TestC*":              {"TestC/x", "TestC/y"},
		"TestB,TestA":         {"TestA", "TestB"},
		"-TestC*":             {"TestA", "TestB", "a,b"},
		"Test*,-TestC/x":      {"TestA", "TestB", "TestC/y"},
		"-TestA,-TestB,Test*": {"TestC/x", "TestC/y"},
		"Test{A,B}":           {"TestA", "TestB"},
		"Test{A,C/{x,y}},-*x": {"TestA", "TestC/y"},
		`a\,b`:                {"a,b"},
	} {
		got, err := selection.Filter(casesNamed("TestA", "TestB", "TestC/x", "TestC/y", "a,b"), filter)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
		}
		var names []string
		for _, c := range got {
			names = append(names, c.Name)
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s: asks for %v, want %v", filter, names, want)
		}
	}
}

// A filter is for all tests of a build, and need not match each of them.
func TestFilterThatLeavesNothing(t *testing.T) {
	for _, filter := range []string{"TestX", "testa", "-*", "TestA,-TestA", ","} {
		if got, err := selection.Filter(casesNamed("TestA", "TestB"), filter); err != nil || len(got) > 0 {
			t.Errorf("%s: got %v, %v", filter, got, err)
		}
	}
}

func TestMalformedFilter(t *testing.T) {
	for _, filter := range []string{"Test[", "TestA,{b", "-["} {
		_, err := selection.Filter(casesNamed("TestA"), filter)
		if err == nil || !strings.Contains(err.Error(), "--test_filter") || !strings.Contains(err.Error(), "is not a glob") {
			t.Errorf("%s: error %v", filter, err)
		}
	}
}

// A filter cannot be wrong about a test without cases.
func TestFilterOfNoCases(t *testing.T) {
	if got, err := selection.Filter(nil, "TestX"); err != nil || len(got) > 0 {
		t.Errorf("got %v, %v", got, err)
	}
}
