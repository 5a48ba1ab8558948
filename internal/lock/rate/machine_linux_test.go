package rate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock/shm"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// newMachine returns the store of a group that only this test uses, and the path of this user's
// file for it.
func newMachine(t *testing.T) (store Store, path string) {
	t.Helper()
	dir, err := shm.Own(folder)
	if err != nil {
		t.Fatal(err)
	}
	identity := t.TempDir()
	path = filepath.Join(dir, shm.FileName(identity))
	t.Cleanup(func() { _ = os.Remove(path) })
	return storeOf(identity, group.Host), path
}

// storeOf returns the store of a group of a scope that allows two starts an hour.
func storeOf(identity string, scope group.Scope) Store {
	return OnMachine(identity, scope, twoAnHour, func(context.Context) (func(), error) { return func() {}, nil })
}

var twoAnHour = group.Rate{Starts: 2, Window: time.Hour}

func TestMachineRemembers(t *testing.T) {
	store, _ := newMachine(t)
	if starts, err := store.Load(); len(starts) > 0 || err != nil {
		t.Errorf("%v, %v are remembered of nobody", starts, err)
	}
	log := NewLog(twoAnHour, store)
	for range 2 {
		if wait, err := log.Wait(); wait != 0 || err != nil {
			t.Fatalf("wait for %v, %v", wait, err)
		}
		if _, allowed, err := log.count(t.Context()); !allowed || err != nil {
			t.Fatal(err)
		}
	}
	wait, err := log.Wait()
	if err != nil || wait < 59*time.Minute || wait > 62*time.Minute {
		t.Errorf("wait for %v, %v, want about an hour", wait, err)
	}
}

// A file that may hide starts allows none, and the error names it, what is wrong with it, and the
// remedy.
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

// inShm makes a folder that stands for the shared memory.
func inShm(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(shm.InFolder(dir))
	return dir
}

// claim makes another user say when cases started.
func claim(t *testing.T, identity, text string) (path string) {
	t.Helper()
	dir := filepath.Join(inShm(t), "interlock-other", folder)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, shm.FileName(identity))
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func now(t *testing.T) Instant {
	t.Helper()
	now, err := sinceBoot()
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// wantWait checks for how long the rate allows no start.
func wantWait(t *testing.T, store Store, from, to time.Duration) {
	t.Helper()
	wait, err := NewLog(twoAnHour, store).Wait()
	if err != nil || wait < from || wait > to {
		t.Errorf("wait for %v, %v, want %v to %v", wait, err, from, to)
	}
}

// What other users have started counts in scope host, and only there.
func TestStartsOfOthers(t *testing.T) {
	claim(t, "x", string(format([]Instant{now(t) - 2, now(t) - 1})))
	wantWait(t, storeOf("x", group.Host), time.Hour, 62*time.Minute)
	wantWait(t, storeOf("x", group.Build), 0, 0)
}

// Another user's starts that cannot come from cases are not an error, and do not count. Each of
// these was an error for all users of the group.
func TestClaimsOfOthersThatDoNotCount(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		spoil func(path string) error
	}{
		"nonsense":             {text: "nonsense\n"},
		"a part of it":         {text: "1\n2"},
		"to come":              {text: "9000000000000000000\n9000000000000000001\n"},
		"long":                 {text: strings.Repeat("1\n", maxFile/2+1)},
		"writable by all":      {spoil: func(path string) error { return os.Chmod(path, 0o666) }},
		"in a writable folder": {spoil: func(path string) error { return os.Chmod(filepath.Dir(path), 0o777) }},
		"a FIFO": {spoil: func(path string) error {
			return errors.Join(os.Remove(path), unix.Mkfifo(path, 0o666))
		}},
		"a link": {spoil: func(path string) error {
			return errors.Join(os.Rename(path, path+".real"), os.Symlink(path+".real", path))
		}},
		"a file for a folder": {spoil: func(path string) error {
			user := filepath.Dir(filepath.Dir(path))
			return errors.Join(os.RemoveAll(user), os.WriteFile(user, nil, 0o644))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.text == "" {
				c.text = string(format([]Instant{now(t) - 2, now(t) - 1}))
			}
			path := claim(t, "x", c.text)
			if c.spoil != nil {
				if err := c.spoil(path); err != nil {
					t.Fatal(err)
				}
			}
			wantWait(t, storeOf("x", group.Host), 0, 0)
		})
	}
}

// However many starts others claim, all wait for at most a window, and no file of this user gets
// too long to be read.
func TestManyClaims(t *testing.T) {
	begun := now(t)
	dir := inShm(t)
	for user := range 3 {
		starts := make([]Instant, 20_000)
		for i := range starts {
			starts[i] = begun - Instant(3*i+user)
		}
		path := filepath.Join(dir, fmt.Sprintf("interlock-other%d", user), folder, shm.FileName("x"))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, format(starts), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	store := storeOf("x", group.Host)
	wantWait(t, store, time.Hour, 62*time.Minute)
	starts, err := store.Load()
	if err != nil || len(starts) != 3*twoAnHour.Starts {
		t.Errorf("%d starts count, %v, want no more of each user than the rate allows", len(starts), err)
	}
	if err := store.Save(slices.Repeat(starts, 100_000)); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Load(); err != nil {
		t.Error(err)
	}
}

func TestMachineWithoutSharedMemory(t *testing.T) {
	t.Cleanup(shm.InFolder(filepath.Join(t.TempDir(), "none")))
	_, err := storeOf("x", group.Host).Load()
	if err == nil || !strings.Contains(err.Error(), "no such file or directory: when cases started, for the group's rate, would be there") {
		t.Errorf("error %v", err)
	}
}
