package child

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/interlock-build/rules_interlock/internal/guard"
	"golang.org/x/sys/unix"
)

// awaitOrphans waits until no orphan of a program runs, at most until the deadline. Many programs
// close their output some instants before they end.
func (p *program) awaitOrphans(deadline time.Time) {
	for p.orphanRuns() && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
}

func (p *program) orphanRuns() bool {
	starting.Lock()
	defer starting.Unlock()
	return slices.ContainsFunc(orphans(), func(o orphan) bool { return o.group == p.pid() && !o.hasEnded() || p.isStray(o) })
}

// orphan is a child of this process that it has not started.
type orphan struct{ pid, group int }

// orphans returns the children that this process has not started. The kernel makes orphans among
// its descendants children of the main thread (proc(5) of that file:
// /proc/pid/task/tid/children). If the kernel does not list them, there are none.
//
// The caller holds starting: a child that is being started is not remembered yet, and would be taken
// for an orphan.
func orphans() (all []orphan) {
	self, own := os.Getpid(), unix.Getpgrp()
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", self, self))
	for _, field := range strings.Fields(string(text)) {
		pid, err := strconv.Atoi(field)
		if err != nil || family.has(pid) || wasThere[pid] {
			continue
		}
		// Other code in this process started what is in its own group.
		if group, err := unix.Getpgid(pid); err == nil && group != own {
			all = append(all, orphan{pid, group})
		}
	}
	return all
}

func (o orphan) hasEnded() bool {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, o.pid, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
	return err != nil || info.Signo != 0
}

func (o orphan) reap() { _, _ = syscall.Wait4(o.pid, nil, syscall.WNOHANG, nil) }

// isStray reports whether a running orphan has left the group of the program that it comes from.
// The mark in its environment shows the program. An orphan without a mark comes from the program
// if no other one runs.
func (p *program) isStray(o orphan) bool {
	if o.group == p.pid() {
		return false
	}
	mark := guard.MarkOf(o.pid) // asked first: an ended process has no mark any more
	return !o.hasEnded() && (guard.Has(mark, p.mark) || mark == "" && family.isOnlyChild(p.pid()))
}

// reapOrphans reaps the orphans of the program's group that have ended by themselves or that a
// test has killed, so that they are not counted among those that are killed now.
func (p *program) reapOrphans() {
	starting.Lock()
	defer starting.Unlock()
	for _, o := range orphans() {
		if o.group == p.pid() {
			o.reap()
		}
	}
}

// killStrays kills the processes that have left the program's group, and those that they leave
// behind in turn, and returns how many there were.
func (p *program) killStrays() (killed int) {
	known := map[int]bool{}
	for deadline := time.Now().Add(dying); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if !p.killStraysOnce(known) {
			break
		}
	}
	return len(known)
}

// killStraysOnce adds those that it kills to known, and reports whether any are left.
func (p *program) killStraysOnce(known map[int]bool) (left bool) {
	starting.Lock()
	defer starting.Unlock()
	for _, o := range orphans() {
		switch {
		case known[o.pid] && o.hasEnded():
			o.reap()
		case known[o.pid]:
			left = true
		case !p.isStray(o):
		case guard.IsGuardian(o.pid): // of a runner in the case; it ends when all is done
			left = true
		default:
			_ = syscall.Kill(o.pid, syscall.SIGKILL)
			known[o.pid], left = true, true
		}
	}
	return left
}
