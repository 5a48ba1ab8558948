package child

import (
	"fmt"
	"os"
	"strconv"
	"strings"
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

// orphanRuns reports whether a process of the group, other than its leader, is
// a child of this process and has not ended. The kernel makes orphans children
// of the main thread (proc(5) of that file: /proc/pid/task/tid/children); where
// it does not tell them, there are none.
func orphanRuns(group int) bool {
	self := os.Getpid()
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", self, self))
	for _, field := range strings.Fields(string(text)) {
		pid, err := strconv.Atoi(field)
		if err != nil || pid == group {
			continue
		}
		if in, err := unix.Getpgid(pid); err == nil && in == group && !hasEnded(pid) {
			return true
		}
	}
	return false
}

func hasEnded(pid int) bool {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
	return err != nil || info.Signo != 0
}
