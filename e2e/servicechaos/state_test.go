package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// An hour in parts is the same as a whole one.
func TestStateIsContinued(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	add := func(seed int, o outcome) *state {
		t.Helper()
		s, err := loadState(path)
		if err == nil {
			err = s.add(seed, o)
		}
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one := outcome{
		Took: 20 * time.Second, Faults: map[string]int{"kill": 3}, Seen: summary{Cases: 5, Runners: 2, Handovers: 4},
		Findings: check.Findings{"reset: db: r1/x", "hangs: r0"},
	}
	add(1, one)
	add(1, one)
	one.Findings = nil
	table := add(2, one).table()
	for _, line := range []string{
		"| kill | 9 |", "| **all** | 9 |", "| minutes | 1 |", "| rounds | 3 |", "| runners | 6 |", "| cases | 15 |",
		"| instances that went from one runner to another | 12 |", "| **cases on an instance that was not reset** | 2 |",
		"| **runners, keepers and commands that hung or failed** | 2 |", "| **runners that met on an instance** | 0 |",
		"Seeds: 1 (2 rounds, 40s), 2 (1 rounds, 20s).",
	} {
		if !strings.Contains(table, line+"\n") {
			t.Errorf("no line %q in\n%s", line, table)
		}
	}
}

func TestBrokenStateIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(path, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadState(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want the path in it", err)
	}
}
