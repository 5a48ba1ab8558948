package clock

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Server has the clocks of processes.
type Server struct {
	// Path is the path of its socket.
	Path     string
	listener *net.UnixListener

	mu     sync.Mutex
	clocks map[int]*Clock
}

// Clock is the clock of a process.
type Clock struct {
	pid    int
	calls  int // descriptor of the process's filter
	ahead  atomic.Int64
	hidden bool // the vDSO is hidden
}

// Serve starts a server on a socket at path.
func Serve(path string) (*Server, error) {
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	s := &Server{Path: path, listener: listener, clocks: map[int]*Clock{}}
	go s.accept()
	return s, nil
}

// Close accepts no more processes. Processes that have a clock keep it.
func (s *Server) Close() error { return s.listener.Close() }

// Of returns the clock of a process; nil if it has none.
func (s *Server) Of(pid int) *Clock {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clocks[pid]
}

// All returns all clocks.
func (s *Server) All() []*Clock {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.clocks))
}

// Jump sets the clock forward, or back.
func (c *Clock) Jump(d time.Duration) { c.ahead.Add(int64(d)) }

func (s *Server) accept() {
	for {
		conn, err := s.listener.AcceptUnix()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			if c, err := receive(conn); err == nil {
				s.serve(c, func() { _, _ = conn.Write([]byte{0}) })
			}
		}()
	}
}

// receive receives what handOver sends.
func receive(conn *net.UnixConn) (*Clock, error) {
	oob := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := conn.ReadMsgUnix(make([]byte, 1), oob)
	if err != nil {
		return nil, err
	}
	messages, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil || len(messages) != 1 {
		return nil, errors.Join(err, errors.New("no descriptor came"))
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return nil, err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	var peer *unix.Ucred
	if control := raw.Control(func(fd uintptr) { peer, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); control != nil {
		return nil, control
	}
	if err != nil {
		return nil, err
	}
	return &Clock{pid: int(peer.Pid), calls: fds[0]}, nil
}

// serve answers the calls of a process and its children until they have ended.
func (s *Server) serve(c *Clock, begin func()) {
	s.mu.Lock()
	s.clocks[c.pid] = c
	s.mu.Unlock()
	begin()
	for c.answer() == nil {
	}
	_ = unix.Close(c.calls)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clocks[c.pid] == c {
		delete(s.clocks, c.pid)
	}
}

// call is struct seccomp_notif.
type call struct {
	id         uint64
	pid, flags uint32
	number     int32
	arch       uint32
	pointer    uint64
	arguments  [6]uint64
}

// answer is struct seccomp_notif_resp.
type answer struct {
	id    uint64
	value int64
	err   int32
	flags uint32
}

var errEnded = errors.New("nobody is left who could call")

// answer waits for a call and answers it.
func (c *Clock) answer() error {
	poll := []unix.PollFd{{Fd: int32(c.calls), Events: unix.POLLIN}}
	if _, err := unix.Poll(poll, -1); err != nil {
		return ignore(err, unix.EINTR)
	}
	if poll[0].Revents&unix.POLLIN == 0 {
		return errEnded
	}
	var from call
	if err := ioctl(c.calls, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&from)); err != nil {
		return ignore(err, unix.EINTR, unix.ENOENT) // the caller was killed
	}
	to := answer{id: from.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	if from.number == unix.SYS_CLOCK_GETTIME {
		to.flags = 0
		if c.tell(int(from.pid), uintptr(from.arguments[1])) != nil {
			to.err = -int32(unix.EFAULT)
		}
	} else if int(from.pid) == c.pid && !c.hidden {
		c.hidden = true
		if err := hideVDSO(c.pid); err != nil {
			return err // its calls fail from now on, and with them the process
		}
	}
	return ignore(ioctl(c.calls, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&to)), unix.ENOENT)
}

// tell writes the time of the clock to a process's memory.
func (c *Clock) tell(pid int, at uintptr) error {
	now := unix.NsecToTimespec(time.Now().UnixNano() + c.ahead.Load())
	return write(pid, at, unsafe.Slice((*byte)(unsafe.Pointer(&now)), unsafe.Sizeof(now)))
}

// The auxiliary vector (getauxval(3)).
const (
	auxNull   = 0  // AT_NULL
	auxIgnore = 1  // AT_IGNORE
	auxVDSO   = 33 // AT_SYSINFO_EHDR
)

// hideVDSO removes the vDSO from what the kernel tells a program that starts. That is on its
// stack: the number of arguments, the arguments, a 0, the environment, a 0, and the auxiliary
// vector.
func hideVDSO(pid int) error {
	at, err := startOfStack(pid)
	if err != nil {
		return err
	}
	next := func() (word uint64) {
		if err == nil {
			word, err = read(pid, at)
			at += 8
		}
		return word
	}
	at += uintptr(8 * next()) // the arguments; the first word counts them
	for range 2 {
		for next() != 0 && err == nil {
		}
	}
	for err == nil {
		key := at
		switch next() {
		case auxNull:
			return errors.Join(err, errors.New("it has no vDSO"))
		case auxVDSO:
			return write(pid, key, binary.NativeEndian.AppendUint64(nil, auxIgnore))
		}
		next()
	}
	return err
}

// startOfStack is field 28 of /proc/pid/stat (proc_pid_stat(5), startstack).
func startOfStack(pid int) (uintptr, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, fields, _ := strings.Cut(string(text), ") ") // the fields from the third on
	n, err := strconv.ParseUint(strings.Fields(fields)[28-3], 10, 64)
	if err == nil && n == 0 {
		err = fmt.Errorf("/proc/%d/stat does not tell where the stack is", pid)
	}
	return uintptr(n), err
}

func read(pid int, at uintptr) (uint64, error) {
	word := make([]byte, 8)
	n, err := unix.ProcessVMReadv(pid, []unix.Iovec{{Base: &word[0], Len: 8}}, []unix.RemoteIovec{{Base: at, Len: 8}}, 0)
	if err == nil && n != len(word) {
		err = unix.EFAULT
	}
	return binary.NativeEndian.Uint64(word), os.NewSyscallError("process_vm_readv", err)
}

func write(pid int, at uintptr, text []byte) error {
	local := []unix.Iovec{{Base: &text[0], Len: uint64(len(text))}}
	n, err := unix.ProcessVMWritev(pid, local, []unix.RemoteIovec{{Base: at, Len: len(text)}}, 0)
	if err == nil && n != len(text) {
		err = unix.EFAULT
	}
	return os.NewSyscallError("process_vm_writev", err)
}

func ioctl(fd int, request uintptr, what unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(what)); errno != 0 {
		return errno
	}
	return nil
}

func ignore(err error, harmless ...error) error {
	for _, h := range harmless {
		if errors.Is(err, h) {
			return nil
		}
	}
	return err
}
