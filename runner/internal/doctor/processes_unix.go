//go:build unix

package doctor

import (
	"os/exec"
	"syscall"
	"time"
)

// ending is how long a process may take to end at SIGTERM, on a busy machine.
const ending = 10 * time.Second

// processes starts a process in a group of its own, and ends the group.
func processes() Finding {
	const check, hint = "processes", "let tests start processes in groups of their own, and send signals to them: a case that takes too long is ended so"
	cmd := exec.Command("sleep", "60")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return Finding{Fail, check, err.Error(), hint}
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	err := syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(ending):
		_ = cmd.Process.Kill()
		return Finding{Fail, check, "a process group does not end at SIGTERM", hint}
	}
	if err != nil {
		return Finding{Fail, check, err.Error(), hint}
	}
	return Finding{OK, check, "a process group was started, and ended at SIGTERM", ""}
}
