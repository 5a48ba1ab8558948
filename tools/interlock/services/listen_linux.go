package services

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/interlock-build/rules_interlock/internal/guard"
	"github.com/interlock-build/rules_interlock/internal/keeper"
	"golang.org/x/sys/unix"
)

// ErrUp says that the user has a keeper already.
var ErrUp = errors.New("a keeper is up already")

// Listen returns the socket at which runners look for the keeper of this user, and the folder that
// it is in. There is one keeper at a time: the error wraps ErrUp if there is another one.
func Listen() (l Listener, folder string, err error) {
	folder, err = keeper.Folder()
	if err != nil {
		return nil, "", err
	}
	s := &socket{path: keeper.SocketIn(folder)}
	if s.lock, err = awaitLock(folder + "/lock"); err != nil {
		return nil, "", err
	}
	if err := s.listen(); err != nil {
		_ = s.lock.Close()
		return nil, "", fmt.Errorf("listening at %s: %w", s.path, err)
	}
	return s, folder, nil
}

// ending is how long a keeper that no longer listens may take to end.
const ending = 40 * time.Second

// awaitLock locks a file, and waits for a keeper that is about to end.
func awaitLock(path string) (file *os.File, err error) {
	for deadline := time.Now().Add(ending); ; time.Sleep(20 * time.Millisecond) {
		file, err = lockFile(path)
		if !errors.Is(err, ErrUp) || time.Now().After(deadline) {
			return file, err
		}
		if c, dialled := keeper.Dial(); dialled == nil {
			c.Close()
			return nil, err
		}
	}
}

// lockFile locks a file as long as it is open, which is as long as this process.
func lockFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = file.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ErrUp
		}
		return nil, err
	}
	return file, nil
}

// socket is a Listener.
type socket struct {
	path     string
	lock     *os.File
	listener *net.UnixListener
}

// listen replaces what another keeper has left. Nobody but this user can connect: neither to the
// socket (unix(7)), nor past Connection.CheckPeer.
func (s *socket) listen() error {
	fresh := s.path + ".new"
	_ = os.Remove(fresh)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: fresh, Net: "unix"})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	s.listener = l
	return errors.Join(os.Chmod(fresh, 0o600), os.Rename(fresh, s.path))
}

// Accept implements Listener.
func (s *socket) Accept() (*keeper.Connection, error) {
	c, err := s.listener.AcceptUnix()
	if err != nil {
		return nil, err
	}
	return keeper.NewConnection(c), nil
}

// Guard implements Listener.
func (s *socket) Guard() { guard.Keep([]int{int(s.lock.Fd())}) }

// Close implements Listener. The lock remains until the process ends, and with it its services.
func (s *socket) Close() {
	_ = os.Remove(s.path)
	_ = s.listener.Close()
}

// Clear removes what an earlier keeper has left in a folder of its own. The caller has Listen's
// lock.
func Clear(folder, pattern string) {
	left, _ := filepath.Glob(filepath.Join(folder, pattern))
	for _, path := range left {
		_ = os.RemoveAll(path)
	}
}
