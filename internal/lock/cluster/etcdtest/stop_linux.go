package etcdtest

import "golang.org/x/sys/unix"

// awaitStop waits until a child has stopped or ended, and leaves it to others to
// hear of that too.
func awaitStop(pid int) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WSTOPPED|unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return
		}
	}
}
