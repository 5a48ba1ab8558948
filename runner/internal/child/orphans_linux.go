package child

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// awaitOrphans waits until no orphan of a process group runs, or the deadline.
// Many programs close their output some instants before they end.
func awaitOrphans(group int, deadline time.Time) {
	for orphanRuns(group) && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
}

func orphanRuns(group int) bool {
	return slices.ContainsFunc(orphans(group), func(pid int) bool { return !hasEnded(pid) })
}

// reapOrphans reaps the orphans of a process group that have ended by themselves,
// so that they are not taken for those that are killed now: a test may have killed
// them, too.
func reapOrphans(group int) {
	for _, pid := range orphans(group) {
		_, _ = syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
	}
}

// orphans are the processes of a group, other than its leader, that are children
// of this process. The kernel makes orphans children of the main thread (proc(5)
// of that file: /proc/pid/task/tid/children); where it does not tell them, there
// are none.
func orphans(group int) (pids []int) {
	self := os.Getpid()
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", self, self))
	for _, field := range strings.Fields(string(text)) {
		pid, err := strconv.Atoi(field)
		if err != nil || pid == group {
			continue
		}
		if in, err := unix.Getpgid(pid); err == nil && in == group {
			pids = append(pids, pid)
		}
	}
	return pids
}

func hasEnded(pid int) bool {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
	return err != nil || info.Signo != 0
}
