package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

func TestTargets(t *testing.T) {
	data := t.TempDir()
	for name, text := range map[string]string{"modules.txt": list, "suites.txt": suiteList} {
		if err := os.WriteFile(filepath.Join(data, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ asked, want []string }{
		{nil, []string{"example.com/a@v1.0.0", "example.com/b@v2.0.0", "pypi:one==1.0", "pypi:two==2.0"}},
		{[]string{"pypi:two", "example.com/c", "pypi:three"}, []string{"pypi:two==2.0", "example.com/c@latest", "pypi:three"}},
	} {
		targets, err := readTargets(data, c.asked)
		var got []string
		for _, found := range targets {
			got = append(got, found.String())
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v: got %v, %v; want %v", c.asked, got, err, c.want)
		}
	}
}

// The files that are used have to be readable.
func TestCheckedInFiles(t *testing.T) {
	if _, err := outcomes.ReadExplanations("explained.txt"); err != nil {
		t.Error(err)
	}
	targets, err := readTargets(".", nil)
	if err != nil || len(targets) < 12 {
		t.Errorf("%d targets, %v", len(targets), err)
	}
}
