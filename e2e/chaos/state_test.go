package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
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
		Scope: "build", Took: 10 * time.Second, Faults: map[string]int{"kill": 3}, Rejected: 1,
		Seen:     check.Summary{Cases: 5, Runs: 2, Contended: 1, Refused: 1, Orphans: 1, OrphanedFor: time.Millisecond},
		Findings: check.Findings{"capacity: db, of capacity 1", "hangs: r0"},
	}
	add(1, one)
	add(1, one)
	other := one
	other.Scope, other.Findings = "cluster", nil
	s := add(2, other)
	if want := map[int]*campaign.Progress{1: {Rounds: 2, Took: 20 * time.Second}, 2: {Rounds: 1, Took: 10 * time.Second}}; !reflect.DeepEqual(s.Seeds.Seeds, want) {
		t.Errorf("the seeds are at %+v, want %+v", s.Seeds.Seeds, want)
	}
	table := s.table()
	for _, line := range []string{
		"| kill | 6 | 0 | 3 | 9 |",
		"| **all** | 6 | 0 | 3 | 9 |",
		"| rounds | 2 | 0 | 1 | 3 |",
		"| cases | 10 | 0 | 5 | 15 |",
		"| writes rejected by the fenced resource | 2 | 0 | 1 | 3 |",
		"| **violations of exclusion, units, rates and tokens** | 2 | 0 | 0 | 2 |",
		"| **runners that hung** | 2 | 0 | 0 | 2 |",
		"| **cases lost, reported twice or reported falsely** | 0 | 0 | 0 | 0 |",
		"Seeds: 1 (2 rounds, 20s), 2 (1 rounds, 10s). The longest that a case went on after its runner was killed: 1ms, and after its lock files were written again: 0s.",
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
