package guard

import (
	"encoding/binary"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// The kinds of a message, each followed by the number that it is about.
const (
	keep     = 'k' // it has descriptors to keep
	drop     = 'd' // they are no longer needed
	watch    = 'w' // a process group was started
	ended    = 'f' // nothing of it is left
	farewell = 'b' // the runner ends, and all is well
)

const (
	// guardianVariable has the mark of the runner whose guardian a process is.
	guardianVariable = "INTERLOCK_GUARDIAN_OF"
	// guardianName is the name of the process.
	guardianName = "interlock-guardian"
	// socketOfGuardian is the descriptor of the guardian's end of the connection.
	socketOfGuardian = 3
)

// startGuardian starts a guardian that listens to a socket, which is closed here.
func startGuardian(socket int) (pid int, err error) {
	file := os.NewFile(uintptr(socket), "guardian")
	defer func() { _ = file.Close() }()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer func() { _ = null.Close() }()
	process, err := os.StartProcess("/proc/self/exe", []string{guardianName}, &os.ProcAttr{
		Dir: "/", Env: guardianEnviron(), Files: []*os.File{null, null, null, file},
		// A session of its own, so that signals to the runner's group do not reach it.
		Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return 0, err
	}
	pid = process.Pid // Release changes it
	return pid, process.Release()
}

// guardianEnviron also has the mark that this process was started with: a runner that looks for
// all processes with that mark waits for the guardian.
func guardianEnviron() []string {
	environ := []string{guardianVariable + "=" + Mark()}
	if inherited, ok := os.LookupEnv(Variable); ok {
		environ = append(environ, Variable+"="+inherited)
	}
	return environ
}

// guardian is the life of a guardian's process.
func guardian() {
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTSTP)
	unix.CloseOnExec(socketOfGuardian)
	g := charge{kept: map[uint64][]int{}, groups: map[int]bool{}}
	if g.listen(socketOfGuardian) {
		return
	}
	killAll(os.Getenv(guardianVariable), g.groups)
	g.release()
}

// charge is what a guardian guards.
type charge struct {
	kept   map[uint64][]int
	groups map[int]bool
}

// listen returns when the runner has ended, and whether it has said farewell before.
func (c *charge) listen(socket int) (well bool) {
	message, rights := make([]byte, 16), make([]byte, unix.CmsgSpace(maxDescriptors*4))
	for {
		n, m, flags, _, err := unix.Recvmsg(socket, message, rights, unix.MSG_CMSG_CLOEXEC)
		if err == unix.EINTR {
			continue
		}
		if flags&unix.MSG_CTRUNC != 0 {
			return true // it cannot have more descriptors, so it gives up: the runner will see
		}
		if err != nil || n != 9 {
			return well
		}
		well = message[0] == farewell
		c.note(message[0], binary.LittleEndian.Uint64(message[1:]), rightsIn(rights[:m]))
	}
}

func (c *charge) note(what byte, number uint64, descriptors []int) {
	switch what {
	case keep:
		c.kept[number] = append(c.kept[number], descriptors...)
	case drop:
		for _, fd := range c.kept[number] {
			_ = unix.Close(fd)
		}
		delete(c.kept, number)
	case watch:
		if number > 1 { // 1 would be all processes (kill(2))
			c.groups[int(number)] = true
		}
	case ended:
		delete(c.groups, int(number))
	}
}

func rightsIn(control []byte) (descriptors []int) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil
	}
	for _, m := range messages {
		if some, err := unix.ParseUnixRights(&m); err == nil {
			descriptors = append(descriptors, some...)
		}
	}
	return descriptors
}

// release gives up all locks before it closes their files: on a close, the kernel tells waiters
// before it gives up the locks.
func (c *charge) release() {
	for _, descriptors := range c.kept {
		for _, fd := range descriptors {
			_ = unix.FcntlFlock(uintptr(fd), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_UNLCK})
			_ = unix.Flock(fd, unix.LOCK_UN)
			_ = unix.Close(fd)
		}
	}
}
