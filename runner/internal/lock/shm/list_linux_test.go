package shm

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// inRoot makes a folder that stands for /dev/shm.
func inRoot(t *testing.T) string {
	t.Helper()
	before := root
	t.Cleanup(func() { root = before })
	root = t.TempDir()
	return root
}

// putFiles makes empty files below root.
func putFiles(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func wantList(t *testing.T, files []string, problems ...string) {
	t.Helper()
	got, errs := List("notices")
	for i := range files {
		files[i] = filepath.Join(root, files[i])
	}
	slices.Sort(got)
	slices.Sort(files)
	if !slices.Equal(got, files) {
		t.Errorf("listed %q, want %q", got, files)
	}
	if len(errs) != len(problems) {
		t.Fatalf("the problems are %v, want %q", errs, problems)
	}
	for i, err := range errs {
		if !strings.Contains(err.Error(), problems[i]) || !strings.Contains(err.Error(), root) {
			t.Errorf("problem %q, want %q in it", err, problems[i])
		}
	}
}

func TestListOfAllUsers(t *testing.T) {
	inRoot(t)
	own := filepath.Base(ownFolder())
	putFiles(t, "interlock-99999/notices/a", "interlock-11111/notices/b", "interlock-11111/starts/c", "other/notices/d", own+"/notices/e")
	if err := os.Mkdir(filepath.Join(root, "interlock-22222"), 0o755); err != nil {
		t.Fatal(err)
	}
	if files, _ := List("notices"); len(files) != 3 || files[0] != filepath.Join(root, own, "notices/e") {
		t.Errorf("listed %q, want the own ones first", files)
	}
	wantList(t, []string{"interlock-99999/notices/a", "interlock-11111/notices/b", own + "/notices/e"})
}

func TestListGoesOnPastBadFolders(t *testing.T) {
	inRoot(t)
	elsewhere := t.TempDir()
	if err := os.WriteFile(filepath.Join(elsewhere, "secret"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	putFiles(t, "interlock-10001", "interlock-10002/notices", "interlock-10004/x", "interlock-10005/notices/a")
	for _, link := range []string{"interlock-10003", "interlock-10004/notices"} {
		if err := os.Symlink(elsewhere, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	wantList(t, []string{"interlock-10005/notices/a"},
		"interlock-10001: not a directory", "interlock-10002/notices: not a directory",
		"interlock-10003: not a directory", "interlock-10004/notices: not a directory")
}

// The folder that this user's runners cannot use is a problem that is told.
func TestListSaysThatTheOwnFolderIsBad(t *testing.T) {
	inRoot(t)
	putFiles(t, filepath.Base(ownFolder())+"/notices/a")
	if err := os.Chmod(ownFolder(), 0o777); err != nil {
		t.Fatal(err)
	}
	wantList(t, nil, "can be written by others: run `chmod go-w ")
}

func TestListIsBounded(t *testing.T) {
	inRoot(t)
	var many []string
	for i := range maxFilesOfUser + 1 {
		many = append(many, fmt.Sprintf("interlock-10001/notices/%d", i))
	}
	putFiles(t, many...)
	files, problems := List("notices")
	if len(files) != maxFilesOfUser || len(problems) != 1 || !strings.Contains(problems[0].Error(), "interlock-10001/notices has more than 4096 files") {
		t.Errorf("listed %d files, and %v", len(files), problems)
	}
}

func TestListWithoutSharedMemory(t *testing.T) {
	root = filepath.Join(inRoot(t), "none")
	wantList(t, nil, "no such file or directory: what the runners of this machine tell one another would be there")
}

func TestListOfTooManyUsers(t *testing.T) {
	inRoot(t)
	for i := range maxUsers + 1 {
		if err := os.Mkdir(filepath.Join(root, fmt.Sprintf("%s%d", prefix, i)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	wantList(t, nil, "more than a machine has users")
}

// A umask must not hide from others what is for them.
func TestFoldersAreForAllWhateverTheUmask(t *testing.T) {
	inRoot(t)
	before := unix.Umask(0o077)
	dir, err := Own("x")
	unix.Umask(before)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, ownFolder()} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o755 {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
	}
}
