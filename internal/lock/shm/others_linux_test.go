package shm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func newLook(t *testing.T) *Look {
	t.Helper()
	look, err := NewLook()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(look.Close)
	return look
}

// ofOthers returns what the files called a of others have, in order.
func ofOthers(t *testing.T, limit int64) []string {
	t.Helper()
	look, err := NewLook()
	if err != nil {
		t.Fatal(err)
	}
	defer look.Close()
	var texts []string
	if err := look.Others("starts", "a", limit, func(text []byte) { texts = append(texts, string(text)) }); err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestMineAndOthers(t *testing.T) {
	inRoot(t)
	if path, text, err := newLook(t).Mine("starts", "a", 10); path != "" || text != nil || err != nil {
		t.Errorf("without a folder: %s, %q, %v", path, text, err)
	}
	own := filepath.Base(ownFolder(t))
	putFiles(t, own+"/starts/b")
	if path, text, err := newLook(t).Mine("starts", "a", 10); path != "" || text != nil || err != nil {
		t.Errorf("without a file: %s, %q, %v", path, text, err)
	}
	putFile(t, own+"/starts/a", "mine")
	putFile(t, "interlock-99999/starts/a", "2")
	putFile(t, "interlock-99998/starts/a", "1")
	putFile(t, "interlock-99997/notices/a", "not meant")
	putFile(t, "other/starts/a", "not meant")
	if path, text, err := newLook(t).Mine("starts", "a", 10); path != filepath.Join(root, own, "starts/a") || string(text) != "mine" || err != nil {
		t.Errorf("%s, %q, %v", path, text, err)
	}
	if got := ofOthers(t, 10); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("others have %q", got)
	}
}

// Nothing of another user that a runner would not write counts, is an error, or makes anybody
// wait.
func TestOthersThatDoNotCount(t *testing.T) {
	chmod := func(path string, mode os.FileMode) func() error {
		return func() error { return os.Chmod(filepath.Join(root, path), mode) }
	}
	remade := func(path string, as func(path string) error) func() error {
		return func() error {
			path = filepath.Join(root, path)
			if err := os.RemoveAll(path); err != nil {
				return err
			}
			return as(path)
		}
	}
	fifo := func(path string) error { return unix.Mkfifo(path, 0o666) }
	link := func(path string) error { return os.Symlink(filepath.Join(root, "interlock-good"), path) }
	folder := func(path string) error { return os.Mkdir(path, 0o755) }
	file := func(path string) error { return os.WriteFile(path, nil, 0o644) }
	for name, c := range map[string]struct {
		spoil     func() error
		strangers string
	}{
		"the user's folder is for it alone": {spoil: chmod("interlock-x", 0)},
		"others may write to the user's":    {spoil: chmod("interlock-x", 0o777)},
		"others may write to the folder":    {spoil: chmod("interlock-x/starts", 0o777)},
		"others may write to the file":      {spoil: chmod("interlock-x/starts/a", 0o666)},
		"the user's folder is a file":       {spoil: remade("interlock-x", file)},
		"the user's folder is a FIFO":       {spoil: remade("interlock-x", fifo)},
		"the user's folder is a link":       {spoil: remade("interlock-x", link)},
		"the folder is a FIFO":              {spoil: remade("interlock-x/starts", fifo)},
		"the folder is a link":              {spoil: remade("interlock-x/starts", link)},
		"the file is a FIFO":                {spoil: remade("interlock-x/starts/a", fifo)},
		"the file is a link":                {spoil: remade("interlock-x/starts/a", link)},
		"the file is a folder":              {spoil: remade("interlock-x/starts/a", folder)},
		"the file is long": {spoil: func() error {
			return os.Truncate(filepath.Join(root, "interlock-x/starts/a"), 1<<40)
		}},
		"the file is somebody else's":   {strangers: "a"},
		"the folder is somebody else's": {strangers: "starts"},
	} {
		t.Run(name, func(t *testing.T) {
			inRoot(t)
			putFile(t, "interlock-x/starts/a", "claim")
			if got := ofOthers(t, 10); !slices.Equal(got, []string{"claim"}) {
				t.Fatalf("others have %q before", got)
			}
			if c.spoil != nil {
				if err := c.spoil(); err != nil {
					t.Fatal(err)
				}
			}
			belongToStrangers(t, c.strangers)
			asSomebody(t, func() {
				if _, err := os.ReadDir(filepath.Join(root, "interlock-x")); err == nil && name == "the user's folder is for it alone" {
					return // root in a namespace stays root, and may enter any folder
				}
				if got := ofOthers(t, 10); len(got) > 0 {
					t.Errorf("it counts: %q", got)
				}
			})
		})
	}
}

// Another user's file system may never answer, so none is entered.
func TestMountsOfUsersAreNotEntered(t *testing.T) {
	inRoot(t)
	putFile(t, "interlock-x/starts/a", "claim")
	if err := unix.Mount("tmpfs", filepath.Join(root, "interlock-x"), "tmpfs", 0, "mode=0755"); err != nil {
		t.Skipf("only root can mount, outside of a sandbox: %v", err)
	}
	mounted := filepath.Join(root, "interlock-x")
	t.Cleanup(func() { _ = unix.Unmount(mounted, unix.MNT_DETACH) })
	putFile(t, "interlock-x/starts/a", "claim")
	if got := ofOthers(t, 10); len(got) > 0 {
		t.Errorf("it was entered: %q", got)
	}
	if _, err := Read(filepath.Join(mounted, "starts/a"), 10); !errors.Is(err, unix.EXDEV) {
		t.Errorf("error %v, want %v", err, unix.EXDEV)
	}
}

// An older kernel opens the same, step by step.
func TestOpenStepwise(t *testing.T) {
	inRoot(t)
	putFile(t, "interlock-x/starts/a", "text")
	if err := os.Symlink("interlock-x", filepath.Join(root, "interlock-y")); err != nil {
		t.Fatal(err)
	}
	from, err := openRoot()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = from.Close() }()
	for path, want := range map[string]error{
		"interlock-x/starts/a": nil,
		"interlock-y/starts/a": unix.ENOTDIR,
		"interlock-y":          unix.ELOOP,
		"interlock-z/starts/a": unix.ENOENT,
	} {
		fd, err := openStepwise(int(from.Fd()), path, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC)
		if !errors.Is(err, want) {
			t.Errorf("%s: error %v, want %v", path, err, want)
		}
		if err == nil {
			_ = unix.Close(fd)
		}
	}
}

// However much others put there, a look takes only what it may. Each of these took hundreds of
// megabytes, or seconds, without the bounds.
func TestLooksAreBounded(t *testing.T) {
	for name, put := range map[string]func(t *testing.T){
		"10,000 users": func(t *testing.T) {
			for i := range 10_000 {
				putFile(t, fmt.Sprintf("interlock-%d/starts/a", i), "1")
			}
		},
		"100,000 folders": func(t *testing.T) { flood(t, root, prefix+"x", 100_000) },
		"100,000 files":   func(t *testing.T) { flood(t, root, "", 100_000) },
		"100,000 files in a folder": func(t *testing.T) {
			flood(t, filepath.Join(root, "interlock-x/starts"), "", 100_000)
		},
		"large files": func(t *testing.T) {
			for i := range 100 {
				putFile(t, fmt.Sprintf("interlock-%d/starts/a", i), strings.Repeat("1", 1<<20))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inMemory(t)
			put(t)
			putFile(t, filepath.Base(ownFolder(t))+"/starts/a", "mine")
			for what, look := range map[string]func(){
				"Others": func() { ofOthers(t, 1<<20) },
				"Visit": func() {
					first := ""
					Visit("starts", func(look *Look, path string) error {
						if first == "" {
							first = path
						}
						file, err := Open(path)
						if err != nil {
							return err
						}
						defer func() { _ = file.Close() }()
						_, err = look.ReadOpen(file, 1<<20)
						return err
					})
					if !strings.HasPrefix(first, ownFolder(t)+"/") {
						t.Errorf("first it looked at %s", first)
					}
				},
			} {
				took, used := least(look)
				if took > 50*time.Millisecond || used > maxMemory {
					t.Errorf("%s took %v and %d bytes", what, took, used)
				}
			}
		})
	}
}

// All users may have a file with that name; there need not be one.
func TestAllUsersFiles(t *testing.T) {
	inRoot(t)
	putFiles(t, "interlock-1/starts/a", "interlock-2/notices/b", "other/starts/a")
	files, err := All("starts", "a")
	want := []string{filepath.Join(root, "interlock-1/starts/a"), filepath.Join(root, "interlock-2/starts/a")}
	if err != nil || fmt.Sprint(files) != fmt.Sprint(want) {
		t.Errorf("%v, %v, want %v", files, err, want)
	}
}
