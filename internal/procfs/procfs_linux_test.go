package procfs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/procfs"
	"golang.org/x/sys/unix"
)

// A program's name may look like what comes after it.
func TestLook(t *testing.T) {
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), ") Z 1 (")
	if err := os.Symlink(sleep, path); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p, err := procfs.Look(cmd.Process.Pid)
	if err != nil || p.PID != cmd.Process.Pid || p.Parent != os.Getpid() || p.Group != unix.Getpgrp() || p.Ended() {
		t.Errorf("got %+v, %v", p, err)
	}
	_ = cmd.Process.Kill()
	var info unix.Siginfo
	if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, &info, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
	if p, err := procfs.Look(cmd.Process.Pid); err != nil || !p.Ended() {
		t.Errorf("a zombie is %+v, %v", p, err)
	}
	_ = cmd.Wait()
	if _, err := procfs.Look(cmd.Process.Pid); err == nil {
		t.Error("it is still there when it is reaped")
	}
}
