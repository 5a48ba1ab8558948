package register

import (
	"math"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// alarm wakes one of the waiters for the same file, and lets the others sleep. With inotify, all
// watchers of a file wake whenever it is closed, so each close costs as much as there are
// waiters.
//
// It is a page of the file, mapped to be read, whose words are futexes (futex(2)). The kernel
// finds a futex by its file and offset, whatever else the process sees. The words never change,
// so a call just before a waiter sleeps is missed. Only waiters that are not next sleep here, and
// they get another call.
type alarm struct{ page []byte }

const (
	pageSize = 4096
	// firstWord is behind the text of a lock file. The rest of the page is zero.
	firstWord = 1024
	words     = (pageSize - firstWord) / 4
)

// newAlarm fails for an empty file, which has no page to map.
func newAlarm(f *lockFile) (*alarm, error) {
	var stat unix.Stat_t
	if err := unix.Fstat(f.fd, &stat); err != nil {
		return nil, err
	}
	if stat.Size == 0 || stat.Size > firstWord {
		return nil, unix.EINVAL
	}
	page, err := unix.Mmap(f.fd, 0, pageSize, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return &alarm{page}, nil
}

func (a *alarm) close() {
	if a != nil {
		_ = unix.Munmap(a.page)
	}
}

// word returns the address of a ticket's word. Two tickets may share one, and then wake together.
func (a *alarm) word(r region, ticket int64) unsafe.Pointer {
	n := (uint64(r)>>regionBits*31 + uint64(ticket)) % words
	return unsafe.Pointer(&a.page[firstWord+4*n])
}

// ring wakes the sleepers on a ticket's word.
func (a *alarm) ring(r region, ticket int64) {
	if a != nil {
		_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(a.word(r, ticket)), futexWake, math.MaxInt32, 0, 0, 0)
	}
}

// The operations of futex(2), for futexes of several processes.
const (
	futexWait = 0
	futexWake = 1
)

// sleep puts a token into woken when the ticket's word is rung for the first time. It does not if
// it is stopped before that. It fails if the system has no such futex.
func (a *alarm) sleep(r region, ticket int64, woken chan<- struct{}) (stop func(), err error) {
	var stopped atomic.Bool
	done := make(chan struct{})
	word := a.word(r, ticket)
	if err := waitAt(word, 1, 0); err != unix.EAGAIN { // the word is 0, so it returns at once
		return nil, unix.ENOSYS
	}
	go func() {
		defer close(done)
		for !stopped.Load() {
			switch err := waitAt(word, 0, time.Minute); err {
			case nil:
				wake(woken)
				return
			case unix.EINTR, unix.ETIMEDOUT:
			default:
				return // the file was cut off
			}
		}
	}()
	return func() {
		stopped.Store(true)
		for {
			a.ring(r, ticket)
			select {
			case <-done:
				return
			case <-time.After(100 * time.Microsecond): // it was about to sleep
			}
		}
	}, nil
}

// waitAt sleeps until the word is rung, if the word has that value.
func waitAt(word unsafe.Pointer, value uint32, timeout time.Duration) error {
	limit := unix.NsecToTimespec(timeout.Nanoseconds())
	_, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(word), futexWait, uintptr(value), uintptr(unsafe.Pointer(&limit)), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// wake puts a token into a channel that has room for one.
func wake(woken chan<- struct{}) {
	select {
	case woken <- struct{}{}:
	default: // it has a token already
	}
}
