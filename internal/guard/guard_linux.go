package guard

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// ward is what a process tells its guardian.
type ward struct {
	pid atomic.Int64

	mu     sync.Mutex
	socket int         // -1 without a guardian
	lost   func(error) // called if the guardian is gone
	last   uint64      // the number of the latest message with descriptors
}

var own = &ward{socket: -1}

// The guardian is this program again, whichever program that is. So it becomes a guardian before
// anything else: a program that did something else when it is started again would do so for ever.
func init() {
	if os.Getenv(guardianVariable) != "" && os.Args[0] == guardianName {
		guardian()
		os.Exit(0)
	}
}

// Start starts the guardian of this process, if it has none. After an error everything works, but
// what was started may outlive the locks. lost is called, from any goroutine, if the guardian is
// lost later.
func Start(lost func(error)) error {
	own.mu.Lock()
	defer own.mu.Unlock()
	if own.socket >= 0 {
		return nil
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socketpair", err)
	}
	pid, err := startGuardian(pair[1])
	if err == nil {
		// Nothing here waits long for a guardian that stands still.
		err = unix.SetsockoptTimeval(pair[0], unix.SOL_SOCKET, unix.SO_SNDTIMEO, &unix.Timeval{Sec: 1})
	}
	if err != nil {
		_ = unix.Close(pair[0])
		return fmt.Errorf("starting a guardian: %w", err)
	}
	own.pid.Store(int64(pid))
	own.socket, own.lost = pair[0], lost
	return nil
}

// Pid is the number of the guardian's process; 0 if there is none.
func Pid() int { return int(own.pid.Load()) }

// Stop tells the guardian that this process ends normally and leaves nothing behind.
func Stop() {
	own.mu.Lock()
	defer own.mu.Unlock()
	own.tell(farewell, 0, nil)
	own.hangUp()
}

// hangUp ends the connection; w.mu is held.
func (w *ward) hangUp() {
	if w.socket >= 0 {
		_ = unix.Close(w.socket)
		w.socket = -1
	}
}

// Kept is descriptors that the guardian has, too.
type Kept struct{ number uint64 }

// maxDescriptors is how many descriptors a message can have: SCM_MAX_FD of the kernel is 253.
const maxDescriptors = 250

// Keep gives the guardian copies of descriptors, until Drop. What is locked through them stays
// locked when this process dies. What this process unlocks itself is free at once.
func Keep(descriptors []int) Kept {
	own.mu.Lock()
	defer own.mu.Unlock()
	own.last++
	kept := Kept{own.last}
	for some := range slices.Chunk(descriptors, maxDescriptors) {
		own.tell(keep, kept.number, some)
	}
	return kept
}

// Drop takes the copies back.
func (k Kept) Drop() {
	if k.number != 0 {
		own.say(drop, k.number)
	}
}

// Watch tells the guardian about a process group that was started. forget must be called when
// nothing of it is left.
func Watch(group int) (forget func()) {
	own.say(watch, uint64(group))
	return func() { own.say(ended, uint64(group)) }
}

// say sends a message without descriptors.
func (w *ward) say(what byte, number uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tell(what, number, nil)
}

// tell sends a message; w.mu is held. If the guardian cannot be told, it counts as gone.
func (w *ward) tell(what byte, number uint64, descriptors []int) {
	if w.socket < 0 {
		return
	}
	var rights []byte
	if len(descriptors) > 0 {
		rights = unix.UnixRights(descriptors...)
	}
	message := binary.LittleEndian.AppendUint64([]byte{what}, number)
	for {
		err := unix.Sendmsg(w.socket, message, rights, nil, unix.MSG_NOSIGNAL)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			w.hangUp()
			if w.lost != nil && what != farewell {
				go w.lost(fmt.Errorf("its guardian is gone: %w", err))
			}
		}
		return
	}
}
