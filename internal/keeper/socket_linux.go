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
	return c.control(checkPeer)
}

// control does something with the socket, at once, while others may read and write.
func (c *Connection) control(do func(socket int) error) error {
	raw, err := c.socket.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = do(int(fd)) })
	return errors.Join(err, failed)
}

func checkPeer(socket int) error {
	peer, err := peerOf(socket)
	if err == nil && int(peer.Uid) != os.Geteuid() {
		err = fmt.Errorf("the process %d at the other end belongs to user %d", peer.Pid, peer.Uid)
	}
	return err
}

// peerOf returns the process that has made the other end of a socket.
func peerOf(socket int) (*unix.Ucred, error) {
	peer, err := unix.GetsockoptUcred(socket, unix.SOL_SOCKET, unix.SO_PEERCRED)
	return peer, os.NewSyscallError("getsockopt", err)
}

// Kill kills the process at the other end, and returns its number.
func (c *Connection) Kill() (pid int, err error) {
	var peer *unix.Ucred
	err = c.control(func(socket int) (err error) {
		peer, err = peerOf(socket)
		return err
	})
	if err != nil {
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
	err := c.control(func(socket int) error {
		for {
			poll := []unix.PollFd{{Fd: int32(socket), Events: unix.POLLRDHUP}}
			_, err := unix.Poll(poll, 0)
			if !errors.Is(err, unix.EINTR) {
				open = poll[0].Revents == 0
				return err
			}
		}
	})
	return open && err == nil
}
