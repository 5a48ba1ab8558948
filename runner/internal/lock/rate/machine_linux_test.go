package rate

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock/shm"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// newMachine returns the store of a group that only this test has, and the path
// of this user's file of it.
func newMachine(t *testing.T) (store Store, path string) {
	t.Helper()
	dir, err := shm.Own(folder)
	if err != nil {
		t.Fatal(err)
	}
	identity := t.TempDir()
	path = filepath.Join(dir, shm.FileName(identity))
	t.Cleanup(func() { _ = os.Remove(path) })
	return OnMachine(identity, func(context.Context) (func(), error) { return func() {}, nil }), path
}

func TestMachineRemembers(t *testing.T) {
	store, _ := newMachine(t)
	if starts, err := store.Load(); len(starts) > 0 || err != nil {
		t.Errorf("%v, %v are remembered of nobody", starts, err)
	}
	log := NewLog(group.Rate{Starts: 2, Window: time.Hour}, store)
	for range 2 {
		if wait, err := log.Wait(); wait != 0 || err != nil {
			t.Fatalf("wait for %v, %v", wait, err)
		}
		if _, err := log.Count(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wait, err := log.Wait()
	if err != nil || wait < 59*time.Minute || wait > 62*time.Minute {
		t.Errorf("wait for %v, %v, want about an hour", wait, err)
	}
}

// A file that may hide starts allows none, and the error names it, what is wrong
// with it and the remedy.
func TestMachineTrustsNoBrokenFile(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(path string) error
		want  string
	}{
		"no number":      {writing("1\ntwo\n"), `"two" is no time`},
		"negative":       {writing("-1\n"), `"-1" is no time`},
		"too large":      {writing("9223372036854775808\n"), `"9223372036854775808" is no time`},
		"an empty line":  {writing("1\n\n2\n"), `"" is no time`},
		"a part of it":   {writing("1\n23"), `"23" is no time`},
		"one to come":    {writing("9000000000000000000\n"), "one is to come in "},
		"longer than it": {writing(strings.Repeat("1\n", maxFile/2+1)), "is longer than 1048576 bytes"},
		"a link":         {linking, "too many levels of symbolic links"},
		"a FIFO":         {func(path string) error { return unix.Mkfifo(path, 0o644) }, "not a regular file"},
		"a folder":       {func(path string) error { return os.Mkdir(path, 0o755) }, "not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			store, path := newMachine(t)
			if err := c.spoil(path); err != nil {
				t.Fatal(err)
			}
			_, err := NewLog(group.Rate{Starts: 1, Window: time.Second}, store).Wait()
			for _, want := range []string{path, "should hold when cases started", c.want, "remove it when no such case has run"} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want %q in it", err, want)
				}
			}
		})
	}
}

func linking(path string) error { return os.Symlink("/etc/hostname", path) }

func writing(text string) func(path string) error {
	return func(path string) error { return os.WriteFile(path, []byte(text), 0o644) }
}

// What is written is read again.
func TestParseReadsFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		starts := rapid.SliceOf(rapid.Map(rapid.Int64Min(0), func(n int64) Instant { return Instant(n) })).Draw(t, "starts")
		got, err := parse(format(starts))
		if err != nil || !slices.Equal(got, starts) {
			t.Fatalf("%v, %v", got, err)
		}
	})
}

// The file of the highest rate is not too long.
func TestHighestRateFits(t *testing.T) {
	r, err := group.ParseRate("10000/24h")
	if err != nil {
		t.Fatal(err)
	}
	starts := slices.Repeat([]Instant{1<<63 - 1}, r.Starts)
	if n := len(format(starts)); n > maxFile {
		t.Errorf("%d starts are %d bytes, at most %d are read", r.Starts, n, maxFile)
	}
}
