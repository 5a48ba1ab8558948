package shm

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A user that is root in its namespace is known by its outer number.
func TestUserOfANamespace(t *testing.T) {
	for _, c := range []struct {
		inside int
		uidMap string
		want   user
		err    string
	}{
		{1000, "         0          0 4294967295\n", user{1000, 1000}, ""},
		{0, "         0       2001          1\n", user{0, 2001}, ""},
		{65534, "65534 2001 1\n", user{65534, 2001}, ""},
		{999, "0 2001 1\n1 100000 65535\n", user{999, 100998}, ""},
		{1, "0 2001 1\n", user{}, "user 1 has no number outside of its user namespace"},
		{65534, "", user{}, "map the user, as `unshare --map-current-user` does"},
		{0, "0 zero 1\n", user{}, `/proc/self/uid_map: "0 zero 1"`},
	} {
		got, err := userOf(c.inside, c.uidMap)
		if c.err != "" {
			mustSay(t, err, c.err)
		} else if got != c.want || err != nil {
			t.Errorf("user %d of %q is %v, %v, want %v", c.inside, c.uidMap, got, err, c.want)
		}
	}
}

// In a namespace in which this user has no number, all files of others seem to be its own. They
// are not mistaken for that, and its own folder is found.
func TestNobodyInANamespace(t *testing.T) {
	if os.Getenv("SHM_ROOT") != "" {
		t.Cleanup(InFolder(os.Getenv("SHM_ROOT")))
		path, err := Own("x")
		if err != nil {
			t.Fatal(err)
		}
		_ = os.WriteFile(path+"/found", nil, 0o644)
		return
	}
	inRoot(t)
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	inNamespace(t, 65534)
	stat, err := os.Stat(ownFolder(t) + "/x/found")
	if err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		// In there, a stranger's files have the number of this user.
		if err := os.Chown(ownFolder(t), 12345, 12345); err != nil {
			t.Skipf("only root can give folders away, outside of a sandbox: %v", err)
		}
		_ = os.Remove(ownFolder(t) + "/x/found")
		inNamespace(t, 65534)
		if _, err := os.Stat(ownFolder(t) + "/x/found"); err == nil {
			t.Errorf("a stranger's folder was used; it was made %v", stat.ModTime())
		}
	}
}

// inNamespace runs this test in a user namespace in which this user has a number.
func inNamespace(t *testing.T, inside int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "SHM_ROOT="+root)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: inside, HostID: os.Geteuid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if err != nil && !strings.Contains(string(out), "--- FAIL") {
		t.Skipf("no user namespace for user %s here: %v", strconv.Itoa(os.Geteuid()), err)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
