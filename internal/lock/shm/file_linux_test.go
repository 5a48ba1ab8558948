package shm

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWriteAndRead(t *testing.T) {
	inRoot(t)
	dir, err := Own("x")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, FileName("//some:label with anything/../in it"))
	before := unix.Umask(0o077)
	defer unix.Umask(before)
	for _, text := range []string{"first", "second, longer", ""} {
		if err := Write(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(path, 100); string(got) != text || err != nil {
			t.Errorf("read %q, %v, want %q", got, err, text)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the file has mode %v, %v: others have to read it, whatever the umask is", info.Mode(), err)
	}
	again, err := Own("x")
	if again != dir || err != nil {
		t.Errorf("the folder is %s, %v the second time", again, err)
	}
}

// What a dead writer has left does not stop the next one, whatever it is.
func TestWriteOverWhatIsLeft(t *testing.T) {
	inRoot(t)
	target := filepath.Join(root, "target")
	if err := os.WriteFile(target, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "file")
	for name, leave := range map[string]func(string) error{
		"a part":  func(path string) error { return os.WriteFile(path, []byte("a part of someth"), 0o644) },
		"a link":  func(path string) error { return os.Symlink(target, path) },
		"a FIFO":  func(path string) error { return unix.Mkfifo(path, 0o644) },
		"nothing": func(string) error { return nil },
	} {
		if err := leave(path + ".new"); err != nil {
			t.Fatal(err)
		}
		if err := Write(path, []byte(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := Read(path, 100); string(got) != name || err != nil {
			t.Errorf("read %q, %v, want %q", got, err, name)
		}
	}
	if text, err := os.ReadFile(target); string(text) != "mine" || err != nil {
		t.Errorf("what a link led to is %q, %v", text, err)
	}
}

// Something that is not a plain file is not read, and nothing waits for it.
func TestReadOfWhatIsNoFile(t *testing.T) {
	inRoot(t)
	path := filepath.Join(root, "file")
	for name, c := range map[string]struct {
		put  func() error
		want string
	}{
		"a link":   {func() error { return os.Symlink("/etc/hostname", path) }, "too many levels of symbolic links"},
		"a FIFO":   {func() error { return unix.Mkfifo(path, 0o644) }, ErrNotAFile.Error()},
		"a folder": {func() error { return os.Mkdir(path, 0o755) }, ErrNotAFile.Error()},
		"too long": {func() error { return os.WriteFile(path, []byte("12345"), 0o644) }, "is longer than 4 bytes"},
	} {
		if err := c.put(); err != nil {
			t.Fatal(err)
		}
		if text, err := Read(path, 4); err == nil {
			t.Errorf("%s: read %q", name, text)
		} else {
			mustSay(t, err, path, c.want)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Read(path, 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want %v", err, fs.ErrNotExist)
	}
}

// A file that cannot be put in place says why, and leaves what was there.
func TestWriteThatFails(t *testing.T) {
	inRoot(t)
	path := filepath.Join(root, "file")
	if err := os.MkdirAll(filepath.Join(path+".new", "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	mustSay(t, Write(path, []byte("new")), path+".new", "directory not empty")
	if text, err := Read(path, 100); string(text) != "old" || err != nil {
		t.Errorf("read %q, %v", text, err)
	}
	mustSay(t, Write(filepath.Join(root, "none", "file"), nil), "no such file or directory")
}

// Two names differ, and each is a valid file name.
func TestFileNames(t *testing.T) {
	names := map[string]bool{}
	for _, text := range []string{"", "a", "A", "a/b", "../a", "a\x00", strings.Repeat("long", 1000)} {
		name := FileName(text)
		if names[name] || name != filepath.Base(name) || len(name) > 100 || strings.HasPrefix(name, ".") {
			t.Errorf("%q is called %q", text, name)
		}
		names[name] = true
	}
}

// A file that is as long as a disk, and one that grows while it is read, take no
// memory.
func TestReadTakesNoMoreThanTheFileHas(t *testing.T) {
	inRoot(t)
	path := filepath.Join(root, "file")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Fatal(err)
	}
	if used := allocated(func() { mustFail(t, path, 1<<20, "is longer than 1048576 bytes") }); used > 1<<14 {
		t.Errorf("it took %d bytes", used)
	}
}

func mustFail(t *testing.T, path string, limit int64, want string) {
	t.Helper()
	_, err := Read(path, limit)
	mustSay(t, err, path, want)
}
