package shm

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func identity(t *testing.T) uint64 {
	t.Helper()
	id, err := Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A folder has the same identity however it is reached, and another folder has another identity.
func TestIdentity(t *testing.T) {
	dir := inRoot(t)
	mine := identity(t)
	if mine != identity(t) {
		t.Error("it is another one the second time")
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	root = link
	if identity(t) != mine {
		t.Error("it is another one by another path")
	}
	inRoot(t)
	if identity(t) == mine {
		t.Error("another folder has the same")
	}
}

// A separate file system in memory, as in a container, has another identity.
func TestIdentityOfAnotherFileSystem(t *testing.T) {
	dir := inRoot(t)
	seen := map[uint64]bool{}
	for range 2 {
		if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=1777"); err != nil {
			t.Skipf("only root can mount, outside of a sandbox: %v", err)
		}
		t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
		seen[identity(t)] = true
	}
	if len(seen) != 2 {
		t.Errorf("two file systems have %d identities", len(seen))
	}
}

func TestIdentityWithoutSharedMemory(t *testing.T) {
	root = filepath.Join(inRoot(t), "none")
	_, err := Identity()
	mustSay(t, err, root, "no such file or directory")
}
