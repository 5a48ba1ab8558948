package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	holder := h.start("lock", h.key, "--capacity=2", "--", "sh", "-c", untilInputEnds)
	holder.line(holder.stdout, "started")
	for _, c := range []struct {
		args   string
		code   int
		stderr string
	}{
		{"lock x -- sh -c exit\t3", 3, ""},
		{"lock x -- sh -c kill\t-9\t$$", 137, ""},
		{"lock x -- no-such-program", 127, `"no-such-program": executable file not found in $PATH`},
		{"lock x -- /no/such/program", 127, "no such file or directory"},
		{"lock x -- " + script, 126, "permission denied"},
		{"lock KEY --capacity=3 -- true", 69, `has capacity 3 here, but `},
		{"lock", 2, `wrong arguments: lock: what to run while the group is held goes after "--"`},
		{"lock x --", 2, `goes after "--"`},
		{"lock -- true", 2, "lock takes one NAME, and got 0"},
		{"lock x y -- true", 2, "lock takes one NAME, and got 2"},
		{"lock //x -- true", 2, `the NAME "//x" cannot be a group's key: want 1 to 200 printable`},
		{"lock ä -- true", 2, `the NAME "ä" cannot be a group's key`},
		{"lock " + strings.Repeat("x", 201) + " -- true", 2, `cannot be a group's key`},
		{"lock x --weight=2 -- true", 2, "x: weight 2 is above the capacity 1"},
		{"lock x --shared --weight=2 --capacity=2 -- true", 2, "weight 2: shared use has no weight but 1"},
		{"lock x --shared --instances=a,b -- true", 2, "--shared and --instances: an instance has one user at a time"},
		{"lock x --capacity=0 -- true", 2, "-capacity: want a whole number of at least 1"},
		{"lock x --instances=a,b --capacity=3 -- true", 2, "--capacity=3, but there are 2 --instances: leave out --capacity"},
		{"lock x --instances=a,a -- true", 2, "-instances: want different names with commas in between"},
		{"lock x --rate=fast -- true", 2, "write STARTS/WINDOW"},
		{"lock x --scope=build -- true", 2, "-scope: want host or cluster"},
		{"lock x --timeout=-1s -- true", 2, "--timeout=-1s: want a duration"},
		{"lock x --config=ci -- true", 2, "flag provided but not defined: -config"},
		{"status --scope=process", 2, "-scope: want build, host or cluster"},
		{"status x", 2, `status takes no arguments but flags, and got ["x"]`},
		{"host", 2, "host takes the one argument init"},
		{"host init x", 2, "host takes the one argument init"},
	} {
		args := strings.Split(strings.ReplaceAll(c.args, "KEY", h.key), " ")
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "\t", " ")
		}
		e := h.run(args...)
		e.want(c.code, "", c.stderr)
		if usage := strings.Contains(e.stderr, "usage: interlock "+args[0]+" "); usage != (c.code == 2) || e.stdout != "" {
			t.Errorf("%s: stdout %q, stderr %q", c.args, e.stdout, e.stderr)
		}
	}
}

func TestHostInit(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.run("host", "init").want(0, h.folder+" is there already, and as it should be\n", "")
	if err := os.Chmod(h.folder, 0o777); err != nil {
		t.Fatal(err)
	}
	h.run("host", "init").want(1, "", "interlock: "+h.folder+" can be written by others")
	h.run("lock", h.key, "--", "true").want(69, "", h.folder+" can be written by others")
	missing := h
	missing.folder += "2"
	missing.run("lock", h.key, "--", "true").want(69, "", missing.folder+" does not exist: run `")
	relative := h
	relative.folder = "here"
	relative.run("host", "init").want(1, "", `INTERLOCK_HOST_DIR is "here": want an absolute path`)
}
