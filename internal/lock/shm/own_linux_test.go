package shm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// A folder that others could write to, or that leads elsewhere, is not used, and
// the error says what to do.
func TestOwnFolderThatCannotBeTrusted(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, path string) error
		want  string
	}{
		"a file": {func(_ *testing.T, path string) error { return os.WriteFile(path, nil, 0o644) }, "is no folder: remove it"},
		"a link": {func(t *testing.T, path string) error { return os.Symlink(t.TempDir(), path) }, "is no folder: remove it"},
		"a link to nothing": {func(_ *testing.T, path string) error {
			return os.Symlink(filepath.Join(root, "nothing"), path)
		}, "is no folder: remove it"},
		"a FIFO": {func(_ *testing.T, path string) error { return unix.Mkfifo(path, 0o644) }, "is no folder: remove it"},
		"writable by all": {func(_ *testing.T, path string) error {
			return errors.Join(os.Mkdir(path, 0o755), os.Chmod(path, 0o757))
		}, "can be written by others: run `chmod go-w "},
		"writable by a group": {func(_ *testing.T, path string) error {
			return errors.Join(os.Mkdir(path, 0o755), os.Chmod(path, 0o775))
		}, "can be written by others: run `chmod go-w "},
	} {
		for _, inner := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, the inner one: %v", name, inner), func(t *testing.T) {
				inRoot(t)
				path := ownFolder(t)
				if inner {
					if err := os.Mkdir(path, 0o755); err != nil {
						t.Fatal(err)
					}
					path = filepath.Join(path, "x")
				}
				if err := c.spoil(t, path); err != nil {
					t.Fatal(err)
				}
				_, err := Own("x")
				mustSay(t, err, path+" "+c.want)
			})
		}
	}
}

func TestOwnWithoutSharedMemory(t *testing.T) {
	root = filepath.Join(inRoot(t), "none")
	_, err := Own("x")
	mustSay(t, err, root, "interlock needs a folder there, in shared memory")
}

// A stranger that takes the usual name first does not keep this user from having a folder, and
// all runners of this user find the same one, even if several make one at the same time.
func TestUsualNameIsTaken(t *testing.T) {
	for name, take := range map[string]func(path string) error{
		"folder": func(path string) error { return os.Mkdir(path, 0o755) },
		"file":   func(path string) error { return os.WriteFile(path, nil, 0o644) },
		"link":   func(path string) error { return os.Symlink("/etc", path) },
		"FIFO":   func(path string) error { return unix.Mkfifo(path, 0o666) },
	} {
		t.Run(name, func(t *testing.T) {
			inRoot(t)
			usual := ownFolder(t)
			if err := take(usual); err != nil {
				t.Fatal(err)
			}
			belongToStrangers(t, filepath.Base(usual))
			// None of these may be used, and each of them comes first in order.
			putFolders(t, 0o777, filepath.Base(usual)+".0")
			putFolders(t, 0o755, filepath.Base(usual)+".-", prefix+"-1", filepath.Base(usual)+".0A")
			belongToStrangers(t, filepath.Base(usual), filepath.Base(usual)+".0A")
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() { _, _ = Own("x") })
			}
			all.Wait()
			first, err := Own("x")
			if err != nil || filepath.Dir(first) == usual {
				t.Fatalf("the folder is %s, %v", first, err)
			}
			if again, err := Own("x"); again != first || err != nil {
				t.Errorf("the folder is %s, %v the second time, and was %s", again, err, first)
			}
			// My folder is found by its owner even after the stranger has gone.
			if err := os.RemoveAll(usual); err != nil {
				t.Fatal(err)
			}
			if again, err := Own("x"); again != first || err != nil {
				t.Errorf("the folder is %s, %v without the stranger's, and was %s", again, err, first)
			}
		})
	}
}

// In a nested namespace a user's number is not known, and may be that of root. The folder is
// still found by its owner.
func TestFolderOfTheOuterNamespace(t *testing.T) {
	inRoot(t)
	want, err := Own("x")
	if err != nil {
		t.Fatal(err)
	}
	be(t, user{inside: os.Geteuid(), outside: 1<<32 - 2})
	if got, err := Own("x"); got != want || err != nil {
		t.Errorf("the folder is %s, %v, want %s", got, err, want)
	}
}

// If the look does not reach everything that strangers have put there, this user still gets the
// folder with the usual name, or else an error: two folders would hide starts from one another.
func TestOwnFolderInAFlood(t *testing.T) {
	inMemory(t)
	flood(t, root, "", 100_000)
	path, err := Own("x")
	if err != nil || filepath.Dir(path) != ownFolder(t) {
		t.Fatalf("the folder is %s, %v", path, err)
	}
	belongToStrangers(t, filepath.Base(ownFolder(t)))
	if _, err = Own("x"); err == nil {
		t.Skip("this machine looks at 100,000 entries in time")
	}
	mustSay(t, err, root, "where the folder of user", "is more than one look may take", "have those removed that nobody needs")
}

// If new files belong to somebody else, they are not made over and over.
func TestOwnFolderIsNeverOurs(t *testing.T) {
	inRoot(t)
	before := owner
	t.Cleanup(func() { owner = before })
	owner = func(string, *unix.Stat_t) int { return 12345 }
	_, err := Own("x")
	mustSay(t, err, filepath.Base(ownFolder(t))+".", "belongs to somebody else")
	if entries, err := os.ReadDir(root); len(entries) != 1 || err != nil {
		t.Errorf("%v, %v are left", entries, err)
	}
}

func TestInnerFolderOfSomebodyElse(t *testing.T) {
	inRoot(t)
	path, err := Own("x")
	if err != nil {
		t.Fatal(err)
	}
	belongToStrangers(t, "x")
	_, err = Own("x")
	mustSay(t, err, fmt.Sprintf("%s belongs to user 12345, and not to user %d, whose it should be: have it removed", path, os.Geteuid()))
}

// A umask must not hide files from the others that they are for.
func TestFoldersAreForAllWhateverTheUmask(t *testing.T) {
	inRoot(t)
	before := unix.Umask(0o077)
	dir, err := Own("x")
	unix.Umask(before)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, ownFolder(t)} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o755 {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
	}
}
