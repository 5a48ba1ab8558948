package suites

import (
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// hasEnded reports whether the other side has closed a connection.
func hasEnded(connection *net.UnixConn) (ended bool) {
	raw, err := connection.SyscallConn()
	if err != nil {
		return true
	}
	err = raw.Control(func(fd uintptr) {
		n, _, err := unix.Recvfrom(int(fd), make([]byte, 1), unix.MSG_PEEK|unix.MSG_DONTWAIT)
		ended = n == 0 && err == nil || errors.Is(err, unix.ECONNRESET)
	})
	return ended || err != nil
}
