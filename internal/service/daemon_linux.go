package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/procfs"
	"golang.org/x/sys/unix"
)

// daemon is the process that a setup has named. A descriptor stands for it, so that no signal can
// hit a stranger that got its number later.
type daemon struct {
	pid        int
	descriptor int // pidfd_open(2)
	leads      bool
	// grouped says whether it is in the process group of its setup, which ends that group.
	grouped bool
	once    sync.Once
}

// openDaemon returns the running process pid, which the setup with the process group setup has
// named. It must be a descendant of this process, as the setup's orphans are.
func openDaemon(pid, setup int) (*daemon, error) {
	descriptor, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		if errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EINVAL) {
			return nil, fmt.Errorf("named pid %d, but there is no such process", pid)
		}
		return nil, fmt.Errorf("named pid %d: %w (Linux 5.3 or newer is needed)", pid, os.NewSyscallError("pidfd_open", err))
	}
	d := &daemon{pid: pid, descriptor: descriptor}
	of, err := unix.Getpgid(pid)
	d.leads, d.grouped = err == nil && of == pid && of != setup, of == setup
	switch {
	case d.hasEnded():
		err = fmt.Errorf("named pid %d, but that process has ended", pid)
	case !isDescendant(pid):
		err = fmt.Errorf("named pid %d, but that process was not started by it", pid)
	default:
		return d, nil
	}
	d.close()
	return nil, err
}

// isDescendant reports whether this process is an ancestor of pid.
func isDescendant(pid int) bool {
	self := os.Getpid()
	for pid > 1 {
		p, err := procfs.Look(pid)
		if err != nil {
			return false
		}
		if p.Parent == self {
			return true
		}
		pid = p.Parent
	}
	return false
}

// hasEnded reports whether the process no longer runs: then its descriptor is readable
// (pidfd_open(2)).
func (d *daemon) hasEnded() bool { return d.ends(0) }

// ends reports whether the process ends within a time.
func (d *daemon) ends(within time.Duration) bool {
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(d.descriptor), Events: unix.POLLIN}}, int(within.Milliseconds()))
		if !errors.Is(err, unix.EINTR) {
			return n > 0
		}
	}
}

// stop makes the process end, and its group if it leads one. When patience ends, so does the
// grace.
func (d *daemon) stop(patience context.Context) {
	d.once.Do(func() {
		if !d.grouped {
			d.signal(unix.SIGTERM)
		}
		d.await(patience)
		d.signal(unix.SIGKILL)
		d.ends(dying)
		d.reap()
		d.close()
	})
}

// dying is how long a killed process may take to go.
const dying = 2 * time.Second

func (d *daemon) await(patience context.Context) {
	const look = 10 * time.Millisecond
	for deadline := time.Now().Add(grace); patience.Err() == nil && time.Now().Before(deadline); {
		if d.ends(look) {
			return
		}
	}
}

func (d *daemon) signal(s unix.Signal) {
	if d.hasEnded() {
		return
	}
	_ = unix.PidfdSendSignal(d.descriptor, s, nil, 0)
	if d.leads {
		_ = unix.Kill(-d.pid, s)
	}
}

// reap leaves no zombie if the process has become a child of this one, and nothing of a group
// that it led.
func (d *daemon) reap() {
	switch {
	case d.grouped: // whoever ends that group reaps it
	case d.leads:
		child.KillRest(d.pid)
	default:
		_, _ = unix.Wait4(d.pid, nil, unix.WNOHANG, nil) // ECHILD if its parent lives
	}
}

func (d *daemon) close() { _ = unix.Close(d.descriptor) }
