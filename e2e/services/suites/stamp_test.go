package suites

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestOnce(t *testing.T) {
	folder, calls := filepath.Join(t.TempDir(), "it"), 0
	fill := func() error { calls++; return nil }
	for _, from := range []string{"a", "a", "b", "a"} {
		if err := once(folder, from, fill); err != nil {
			t.Fatal(err)
		}
	}
	if calls != 3 {
		t.Errorf("%d calls", calls)
	}
}

// What was not filled is filled the next time.
func TestOnceMore(t *testing.T) {
	folder, calls := filepath.Join(t.TempDir(), "it"), 0
	for range 2 {
		if err := once(folder, "a", func() error { calls++; return errors.New("no") }); err == nil {
			t.Error("no error")
		}
	}
	if calls != 2 {
		t.Errorf("%d calls", calls)
	}
}
