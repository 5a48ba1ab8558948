package main

import (
	"maps"
	"os"
	"slices"
	"testing"
)

// Each folder has a case, and each case a folder.
func TestFolders(t *testing.T) {
	entries, err := os.ReadDir("known")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, entry := range entries {
		folders = append(folders, entry.Name())
	}
	named := map[string]bool{}
	for _, c := range knownCases {
		named[c.folder] = true
	}
	if want := slices.Sorted(maps.Keys(named)); !slices.Equal(folders, want) {
		t.Errorf("the folders are %q, the cases' %q", folders, want)
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range knownCases {
		if seen[c.name()] {
			t.Errorf("%s: twice", c.name())
		}
		seen[c.name()] = true
	}
}
