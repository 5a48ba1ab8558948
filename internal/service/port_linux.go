package service

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// reservation is a TCP port that only a service which sets SO_REUSEADDR can listen to, as nearly
// all do. The kernel gives a port that is bound to nobody who asks for a free one, and neither to
// a connection; yet a socket that names the port can bind it beside one that does not listen, if
// both have SO_REUSEADDR (socket(7), inet_csk_bind_conflict in the kernel's
// net/ipv4/inet_connection_sock.c). So it is reserved before the service listens, and after.
type reservation struct {
	socket int
	port   int
}

// reservePort reserves a free port on all addresses.
func reservePort() (*reservation, error) {
	r, err := reserve(unix.AF_INET6, &unix.SockaddrInet6{})
	if err != nil { // a machine without IPv6
		r, err = reserve(unix.AF_INET, &unix.SockaddrInet4{})
	}
	if err != nil {
		return nil, fmt.Errorf("reserving a port: %w", err)
	}
	return r, nil
}

func reserve(family int, anywhere unix.Sockaddr) (*reservation, error) {
	socket, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	r := &reservation{socket: socket}
	if err := r.bind(family, anywhere); err != nil {
		r.end()
		return nil, err
	}
	return r, nil
}

func (r *reservation) bind(family int, anywhere unix.Sockaddr) error {
	if family == unix.AF_INET6 { // for IPv4, too
		if err := unix.SetsockoptInt(r.socket, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	if err := unix.Bind(r.socket, anywhere); err != nil {
		return os.NewSyscallError("bind", err)
	}
	// Only now: with it, the kernel could have chosen a port that another service has.
	if err := unix.SetsockoptInt(r.socket, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return os.NewSyscallError("setsockopt", err)
	}
	address, err := unix.Getsockname(r.socket)
	switch a := address.(type) {
	case *unix.SockaddrInet6:
		r.port = a.Port
	case *unix.SockaddrInet4:
		r.port = a.Port
	default:
		return errors.Join(errors.New("a socket without a port"), err)
	}
	return nil
}

// end lets others have the port.
func (r *reservation) end() { _ = unix.Close(r.socket) }
