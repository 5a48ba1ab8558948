package clock

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The filter belongs to a thread. It must be the main thread, which has the number of the
// process.
func init() {
	if os.Getenv(Variable) != "" {
		runtime.LockOSThread()
	}
}

// Become turns this process into a program with a clock of its own, if the environment says so,
// and returns otherwise. main must call it first.
func Become() error {
	socket, program := os.Getenv(Variable), os.Getenv(ProgramVariable)
	if socket == "" {
		return nil
	}
	if program == "" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		program = self
	}
	if err := errors.Join(os.Unsetenv(Variable), os.Unsetenv(ProgramVariable)); err != nil {
		return err
	}
	if err := handOver(socket); err != nil {
		return fmt.Errorf("a clock of one's own: %w", err)
	}
	return &os.PathError{Op: "exec", Path: program, Err: syscall.Exec(program, os.Args, os.Environ())}
}

// handOver puts the filter before this thread's system calls, and gives the server the descriptor
// on which it can answer them.
func handOver(socket string) error {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	calls, err := installFilter()
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(calls) }()
	if _, _, err := conn.(*net.UnixConn).WriteMsgUnix([]byte{0}, unix.UnixRights(calls), nil); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1)) // until the server has it
	return err
}

func installFilter() (calls int, err error) {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return -1, os.NewSyscallError("prctl", err)
	}
	// Offsets are those of struct seccomp_data.
	const number, firstArgument = 0, 16
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	jump := func(equal uint32, then, otherwise uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: equal, Jt: then, Jf: otherwise}
	}
	end := func(action uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
	}
	filter := []unix.SockFilter{
		load(number),
		jump(unix.SYS_ARCH_PRCTL, 3, 0),
		jump(unix.SYS_CLOCK_GETTIME, 0, 3),
		load(firstArgument),
		jump(unix.CLOCK_REALTIME, 0, 1),
		end(unix.SECCOMP_RET_USER_NOTIF),
		end(unix.SECCOMP_RET_ALLOW),
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_NEW_LISTENER|unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return -1, os.NewSyscallError("seccomp", errno)
	}
	return int(fd), nil
}
