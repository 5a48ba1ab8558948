package guard

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// ward is what a process tells its guardian.
type ward struct {
	mu     sync.Mutex
	socket int // -1 without a guardian
	pid    int
	last   uint64 // the number of what was kept last
}

var own = &ward{socket: -1}

// The guardian is this program again, whichever it is. So it becomes one before anything
// else: a program that did something else when it is started again would do so for ever.
func init() {
	if os.Getenv(guardianVariable) != "" && os.Args[0] == guardianName {
		guardian()
		os.Exit(0)
	}
}

// Start starts the guardian of this process, if it has none. After an error everything
// works, but what was started may outlive the locks.
func Start() error {
	own.mu.Lock()
	defer own.mu.Unlock()
	if own.socket >= 0 {
		return nil
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socketpair", err)
	}
	if own.pid, err = startGuardian(pair[1]); err != nil {
		_ = unix.Close(pair[0])
		return fmt.Errorf("starting a guardian: %w", err)
	}
	own.socket = pair[0]
	return nil
}

// Pid is the number of the guardian's process; 0 if there is none.
func Pid() int {
	own.mu.Lock()
	defer own.mu.Unlock()
	return own.pid
}

// Stop tells the guardian that all is well: this process ends, and leaves nothing.
func Stop() {
	own.tell(farewell, 0, nil)
	own.mu.Lock()
	defer own.mu.Unlock()
	if own.socket >= 0 {
		_ = unix.Close(own.socket)
		own.socket = -1
	}
}

// Kept is descriptors that the guardian has too.
type Kept struct{ number uint64 }

// maxDescriptors is how many a message can have: SCM_MAX_FD of the kernel is 253.
const maxDescriptors = 250

// Keep lets the guardian have descriptors, until Drop. What is locked through them
// stays locked when this process dies; what it unlocks itself is free at once.
func Keep(descriptors []int) Kept {
	own.mu.Lock()
	own.last++
	kept := Kept{own.last}
	own.mu.Unlock()
	for some := range slices.Chunk(descriptors, maxDescriptors) {
		own.tell(keep, kept.number, some)
	}
	return kept
}

// Drop takes them back.
func (k Kept) Drop() {
	if k.number != 0 {
		own.tell(drop, k.number, nil)
	}
}

// Watch tells the guardian of a process group that was started, until forget is called,
// when nothing of it is left.
func Watch(group int) (forget func()) {
	own.tell(watch, uint64(group), nil)
	return func() { own.tell(ended, uint64(group), nil) }
}

// tell sends a message. A guardian that is gone is told nothing.
func (w *ward) tell(what byte, number uint64, descriptors []int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.socket < 0 {
		return
	}
	var rights []byte
	if len(descriptors) > 0 {
		rights = unix.UnixRights(descriptors...)
	}
	message := binary.LittleEndian.AppendUint64([]byte{what}, number)
	for {
		if err := unix.Sendmsg(w.socket, message, rights, nil, unix.MSG_NOSIGNAL); err != unix.EINTR {
			return
		}
	}
}
