package etcdtest

import "golang.org/x/sys/unix"

// awaitStop waits until a child has stopped or ended. Others can still wait for the same event.
func awaitStop(pid int) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WSTOPPED|unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return
		}
	}
}
