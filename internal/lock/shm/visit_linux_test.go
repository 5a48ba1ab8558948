package shm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// wantVisit checks which files called something in the folders called notices are
// visited, in any order, and what the problems are.
func wantVisit(t *testing.T, files []string, problems ...string) {
	t.Helper()
	var got []string
	errs := Visit("notices", func(_ *Look, path string) error {
		got = append(got, strings.TrimPrefix(path, root+"/"))
		return nil
	})
	slices.Sort(got)
	slices.Sort(files)
	if !slices.Equal(got, files) {
		t.Errorf("visited %q, want %q", got, files)
	}
	wantProblems(t, errs, problems...)
}

func wantProblems(t *testing.T, errs []error, problems ...string) {
	t.Helper()
	if len(errs) != len(problems) {
		t.Fatalf("the problems are %v, want %q", errs, problems)
	}
	for i, err := range errs {
		mustSay(t, err, problems[i], root)
	}
}

func TestVisitOfAllUsers(t *testing.T) {
	inRoot(t)
	own := filepath.Base(ownFolder(t))
	putFiles(t, "interlock-99999/notices/a", "interlock-11111/notices/b", "interlock-11111/starts/c", "other/notices/d", own+"/notices/e")
	putFolders(t, 0o755, "interlock-22222")
	wantVisit(t, []string{"interlock-99999/notices/a", "interlock-11111/notices/b", own + "/notices/e"})
	first := ""
	Visit("notices", func(_ *Look, path string) error {
		if first == "" {
			first = path
		}
		return nil
	})
	if first != filepath.Join(root, own, "notices/e") {
		t.Errorf("visited %s first, want the own ones", first)
	}
}

func TestVisitGoesOnPastBadFolders(t *testing.T) {
	inRoot(t)
	elsewhere := t.TempDir()
	if err := os.WriteFile(filepath.Join(elsewhere, "secret"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	putFolders(t, 0o755, filepath.Base(ownFolder(t)))
	putFiles(t, "interlock-10001", "interlock-10002/notices", "interlock-10004/x", "interlock-10005/notices/a")
	for _, link := range []string{"interlock-10003", "interlock-10004/notices"} {
		if err := os.Symlink(elsewhere, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	wantVisit(t, []string{"interlock-10005/notices/a"},
		"interlock-10001: not a directory", "interlock-10002/notices: not a directory",
		"interlock-10003: not a directory", "interlock-10004/notices: not a directory")
}

// A folder that this user's runners cannot use is a reported problem.
func TestVisitSaysThatTheOwnFolderIsBad(t *testing.T) {
	inRoot(t)
	putFiles(t, filepath.Base(ownFolder(t))+"/notices/a")
	if err := os.Chmod(ownFolder(t), 0o777); err != nil {
		t.Fatal(err)
	}
	wantVisit(t, nil, "can be written by others: run `chmod go-w ")
}

func TestVisitOfManyFiles(t *testing.T) {
	inMemory(t)
	flood(t, filepath.Join(root, "interlock-10001/notices"), "", maxFilesOfUser+1)
	visited := 0
	errs := Visit("notices", func(*Look, string) error { visited++; return nil })
	if visited != maxFilesOfUser {
		t.Errorf("visited %d files", visited)
	}
	wantProblems(t, errs, "interlock-10001/notices has more than 4096 files: the rest is left out")
}

func TestVisitWithoutSharedMemory(t *testing.T) {
	root = filepath.Join(inRoot(t), "none")
	wantVisit(t, nil, "no such file or directory: what the runners of this machine tell one another would be there")
}

func TestVisitOfTooManyUsers(t *testing.T) {
	inMemory(t)
	for i := range maxUsers + 1 {
		putFolders(t, 0o755, fmt.Sprintf("%sx%d", prefix, i))
	}
	errs := Visit("notices", func(*Look, string) error { return nil })
	if len(errs) == 0 {
		t.Fatal("there are no problems")
	}
	mustSay(t, errs[len(errs)-1], root, "the number of folders called interlock-* is more than one look may take (16 MiB and 50 ms), "+
		"or than the 10000 users that a machine has: the rest is left out")
}

// What one user has is cut short, so that there is time and room for others.
func TestVisitLeavesSomethingForOthers(t *testing.T) {
	inRoot(t)
	belongToStrangers(t, "interlock-10001", "interlock-10002")
	putFiles(t, "interlock-10001/notices/greedy", "interlock-10001/notices/more", "interlock-10002/notices/a")
	var visited []string
	errs := Visit("notices", func(look *Look, path string) error {
		visited = append(visited, filepath.Base(filepath.Dir(filepath.Dir(path))))
		for strings.HasPrefix(path, filepath.Join(root, "interlock-10001")) {
			if err := look.Take(1 << 16); err != nil {
				return err
			}
		}
		return look.Take(1 << 20)
	})
	if !slices.Equal(visited, []string{"interlock-10001", "interlock-10002"}) {
		t.Errorf("visited %q", visited)
	}
	wantProblems(t, errs, "with what was before it in the folder, is more than one look may take (16 MiB and 50 ms): it and the rest is left out")
}

func TestVisitEndsWhenTheTimeIsUp(t *testing.T) {
	inRoot(t)
	belongToStrangers(t, "interlock-10001", "interlock-10002")
	putFiles(t, "interlock-10001/notices/a", "interlock-10002/notices/b")
	errs := Visit("notices", func(look *Look, _ string) error {
		for !look.isOver() {
		}
		return nil
	})
	if len(errs) != 0 {
		t.Errorf("the time of one user is that of all: %v", errs)
	}
	own := filepath.Base(ownFolder(t))
	putFiles(t, own+"/notices/c")
	errs = Visit("notices", func(look *Look, _ string) error {
		for !look.isOver() {
		}
		return nil
	})
	if len(errs) == 0 {
		t.Fatal("there are no problems")
	}
	mustSay(t, errs[0], "the number of folders called interlock-* is more")
}

// Whoever reads the problems does so to the end.
func TestVisitTellsNoMoreThanOneCanRead(t *testing.T) {
	inRoot(t)
	for i := range 2 * maxProblems {
		putFiles(t, fmt.Sprintf("interlock-%d/notices/a", 10_000+i))
	}
	errs := Visit("notices", func(*Look, string) error { return errors.New("no") })
	if len(errs) != maxProblems+1 {
		t.Fatalf("there are %d problems", len(errs))
	}
	mustSay(t, errs[maxProblems], root+": more is wrong there: that is left out")
}
