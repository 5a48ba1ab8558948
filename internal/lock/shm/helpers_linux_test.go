package shm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// inRoot makes a folder that stands for /dev/shm.
func inRoot(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(InFolder(dir))
	return dir
}

// inMemory is inRoot in the shared memory itself, which is fast with many files.
func inMemory(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp(root, "test-*")
	if err != nil {
		t.Skipf("no shared memory here: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Cleanup(InFolder(dir))
}

// ownFolder is where this user's folder usually is.
func ownFolder(t *testing.T) string {
	t.Helper()
	u, err := thisUser()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, u.usualName())
}

// be makes this process one of another user.
func be(t *testing.T, u user) {
	before := thisUser
	t.Cleanup(func() { thisUser = before })
	thisUser = func() (user, error) { return u, nil }
}

// belongToStrangers makes files with one of these names belong to another user, whatever the
// kernel says.
func belongToStrangers(t *testing.T, names ...string) {
	before := owner
	t.Cleanup(func() { owner = before })
	owner = func(path string, stat *unix.Stat_t) int {
		if slices.Contains(names, filepath.Base(path)) {
			return 12345
		}
		return int(stat.Uid)
	}
}

// asSomebody does something as another user sees files, if this one is root.
func asSomebody(t *testing.T, do func()) {
	t.Helper()
	if err := errors.Join(os.Chmod(root, 0o755), os.Chmod(filepath.Dir(root), 0o755)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		if os.Geteuid() == 0 {
			_ = unix.Setfsuid(12345)
		}
		do()
	}()
	<-done
}

// putFiles makes empty files below root.
func putFiles(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		putFile(t, path, "")
	}
}

func putFile(t *testing.T, path, text string) {
	t.Helper()
	path = filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func putFolders(t *testing.T, mode os.FileMode, paths ...string) {
	t.Helper()
	for _, path := range paths {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
}

// flood makes many names of one file in a folder.
func flood(t *testing.T, folder, prefix string, count int) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range count {
		if err := unix.Mknod(fmt.Sprintf("%s/%s%d", folder, prefix, i), unix.S_IFREG|0o644, 0); err != nil {
			t.Fatal(err)
		}
	}
}

// allocated is how many bytes do allocates, whether they are freed or not.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// least is the least processor time and memory that do takes in some tries, since
// this process does other things, too.
func least(do func()) (took time.Duration, used uint64) {
	for i := range 3 {
		var t time.Duration
		u := allocated(func() { t = cpuTime(do) })
		if i == 0 || t < took {
			took, used = t, u
		}
	}
	return took, used
}

// cpuTime is how much processor time do takes.
func cpuTime(do func()) time.Duration {
	var before, after unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &before)
	do()
	_ = unix.Getrusage(unix.RUSAGE_SELF, &after)
	sum := func(r unix.Rusage) time.Duration { return time.Duration(r.Utime.Nano() + r.Stime.Nano()) }
	return sum(after) - sum(before)
}

func mustSay(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v, want %q in it", err, part)
		}
	}
}
