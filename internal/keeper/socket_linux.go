package keeper

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/interlock-build/rules_interlock/internal/lock/shm"
	"golang.org/x/sys/unix"
)

// folder is the user's folder of shared memory with the socket. Tests see it in every sandbox, and
// whatever network they have.
const folder = "services"

// Folder returns the path of the folder in which a user's runners look for the keeper, and makes it
// if necessary. Only the user can write there.
func Folder() (string, error) { return shm.Own(folder) }

// SocketIn returns the path of the socket in the folder.
func SocketIn(folder string) string { return folder + "/socket" }

// Dial connects to the keeper of this user. The error wraps ErrNone if there is none.
func Dial() (*Connection, error) {
	where, err := Folder()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	}
	socket, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	if err := connect(socket, SocketIn(where)); err != nil {
		_ = unix.Close(socket)
		return nil, err
	}
	return NewConnection(os.NewFile(uintptr(socket), "keeper")), nil
}

func connect(socket int, path string) error {
	err := unix.Connect(socket, &unix.SockaddrUnix{Name: path})
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ECONNREFUSED):
		return ErrNone
	case err != nil: // EAGAIN: it stands still, and nobody else fits into its queue
		return os.NewSyscallError("connect", err)
	}
	return checkPeer(socket)
}

// CheckPeer makes sure that the process at the other end is of this user.
func (c *Connection) CheckPeer() error {
	raw, err := c.socket.SyscallConn()
	if err != nil {
		return err
	}
	var wrong error
	err = raw.Control(func(fd uintptr) { wrong = checkPeer(int(fd)) })
	return errors.Join(err, wrong)
}

func checkPeer(socket int) error {
	peer, err := unix.GetsockoptUcred(socket, unix.SOL_SOCKET, unix.SO_PEERCRED)
	switch {
	case err != nil:
		return os.NewSyscallError("getsockopt", err)
	case int(peer.Uid) != os.Geteuid():
		return fmt.Errorf("the process %d at the other end belongs to user %d", peer.Pid, peer.Uid)
	}
	return nil
}

// Kill kills the process at the other end, and returns its number.
func (c *Connection) Kill() (pid int, err error) {
	raw, err := c.socket.SyscallConn()
	if err != nil {
		return 0, err
	}
	var peer *unix.Ucred
	var wrong error
	err = raw.Control(func(fd uintptr) { peer, wrong = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	if err = errors.Join(err, wrong); err != nil {
		return 0, err
	}
	if !c.isOpen() {
		return 0, errors.New("it has ended") // and another process may have its number
	}
	return int(peer.Pid), os.NewSyscallError("kill", unix.Kill(int(peer.Pid), unix.SIGKILL))
}

// Network returns the network namespace of this process.
func Network() string {
	name, _ := os.Readlink("/proc/self/ns/net")
	return name
}

// isOpen reports whether the other side of a connection lives, whatever it has said before. It does
// not wait.
func (c *Connection) isOpen() bool {
	open := false
	raw, err := c.socket.SyscallConn()
	if err != nil {
		return false
	}
	err = raw.Control(func(fd uintptr) {
		poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
		_, err := unix.Poll(poll, 0)
		for errors.Is(err, unix.EINTR) {
			_, err = unix.Poll(poll, 0)
		}
		open = err == nil && poll[0].Revents == 0
	})
	return open && err == nil
}
