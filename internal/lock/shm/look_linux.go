package shm

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// What one look at all files of all users takes at most. The time is processor time, so that a
// busy machine does not cut a look short. It leaves some of the 50 ms for what was already begun.
const (
	maxMemory = 16 << 20
	maxTime   = 40 * time.Millisecond
)

// Look is one look at what the runners of the machine publish. One goroutine uses it, from
// NewLook to Close.
type Look struct {
	root   *os.File
	memory int           // how much may still be taken
	until  time.Duration // by the processor time of this thread
}

// NewLook begins a look. Close ends it.
func NewLook() (*Look, error) {
	folder, err := openRoot()
	if err != nil {
		return nil, err
	}
	runtime.LockOSThread()
	return &Look{root: folder, memory: maxMemory, until: threadTime() + maxTime}, nil
}

// Close ends the look.
func (l *Look) Close() {
	_ = l.root.Close()
	runtime.UnlockOSThread()
}

// threadTime is the processor time that this thread has used.
func threadTime() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) // there since Linux 2.6.12
	return time.Duration(t.Nano())
}

// Take takes bytes from what the look may still take. Its error wraps ErrBounds.
func (l *Look) Take(bytes int) error {
	if bytes > l.memory || l.isOver() {
		return ErrBounds
	}
	l.memory -= bytes
	return nil
}

// isOver reports whether the look has used all of its time.
func (l *Look) isOver() bool { return threadTime() > l.until }

// within calls do with a quarter of what is left, so that the files of one user leave some for
// the files of others.
func (l *Look) within(do func()) {
	memory, until := l.memory, l.until
	now := threadTime()
	l.memory = memory / 4
	l.until = now + (until-now)/4
	do()
	l.memory += memory - memory/4
	l.until = until
}

// eachFolder calls do with the name of each possible user's folder, as long as do returns true,
// and reports whether it saw all of them. It takes at most half of the remaining time.
func (l *Look) eachFolder(do func(name []byte) bool) (complete bool, err error) {
	if _, err := unix.Seek(int(l.root.Fd()), 0, unix.SEEK_SET); err != nil {
		return false, os.NewSyscallError("lseek", err)
	}
	now, goOn := threadTime(), true
	until := now + (l.until-now)/2
	entries := make([]byte, 1<<15)
	for goOn && threadTime() < until {
		n, err := unix.ReadDirent(int(l.root.Fd()), entries)
		if err != nil {
			return false, fmt.Errorf("%s: %w", root, os.NewSyscallError("getdents64", err))
		}
		if n == 0 {
			return true, nil
		}
		eachEntry(entries[:n], func(name []byte) {
			goOn = goOn && (!bytes.HasPrefix(name, []byte(prefix)) || do(name))
		})
	}
	return false, nil
}

// eachEntry calls do with the names in a result of getdents64(2). It makes no strings, because
// there may be a million names.
func eachEntry(entries []byte, do func(name []byte)) {
	const lengthAt, nameAt = 16, 19
	for len(entries) > nameAt {
		length := int(binary.NativeEndian.Uint16(entries[lengthAt:]))
		if length <= nameAt || length > len(entries) {
			return
		}
		name, _, _ := bytes.Cut(entries[nameAt:length], []byte{0})
		do(name)
		entries = entries[length:]
	}
}
