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
// so a call just before a waiter sleeps is missed. A waiter that is not next gets another call, and
// one that is next and has no inotify also looks by itself.
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

// bed is where the owner of a ticket sleeps: a word, and one of the bits with which the kernel
// tells apart those who sleep on it. Two tickets may share a bed, and then wake together. Each of
// them looks and sleeps again, so beds are many, and tickets at regular intervals are spread over
// them like any others.
type bed struct {
	word unsafe.Pointer
	bit  uint32
}

func (a *alarm) bed(r region, ticket int64) bed {
	n := mixed(uint64(r)>>regionBits<<32 + uint64(ticket))
	return bed{word: unsafe.Pointer(&a.page[firstWord+4*(n%words)]), bit: 1 << (n / words % 32)}
}

// mixed is a number each bit of which depends on all bits of n (the finalizer of SplitMix64,
// Steele, Lea and Flood, 2014). A product alone would put some regular intervals into few beds.
func mixed(n uint64) uint64 {
	n = (n ^ n>>30) * 0xBF58476D1CE4E5B9
	n = (n ^ n>>27) * 0x94D049BB133111EB
	return n ^ n>>31
}

// ring wakes those who sleep in a ticket's bed.
func (a *alarm) ring(r region, ticket int64) {
	if a != nil {
		a.bed(r, ticket).ring()
	}
}

func (b bed) ring() {
	_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(b.word), futexWakeBitset, math.MaxInt32, 0, 0, uintptr(b.bit))
}

// The operations of futex(2), for futexes of several processes.
const (
	futexWaitBitset = 9
	futexWakeBitset = 10
)

// sleep puts a token into woken when the ticket's bed is rung for the first time. It does not if
// it is stopped before that. It fails if the system has no such futex.
func (a *alarm) sleep(r region, ticket int64, woken chan<- struct{}) (stop func(), err error) {
	var stopped atomic.Bool
	done := make(chan struct{})
	b := a.bed(r, ticket)
	if err := b.wait(1, 0); err != unix.EAGAIN { // the word is 0, so it returns at once
		return nil, unix.ENOSYS
	}
	go func() {
		defer close(done)
		for !stopped.Load() {
			switch err := b.wait(0, time.Minute); err {
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
			select {
			case <-done: // rung already: one more call would wake only others
				return
			default:
			}
			b.ring()
			select {
			case <-done:
				return
			case <-time.After(100 * time.Microsecond): // it was about to sleep
			}
		}
	}, nil
}

// wait sleeps until the bed is rung, if its word has that value.
func (b bed) wait(value uint32, timeout time.Duration) error {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return err
	}
	until := unix.NsecToTimespec(now.Nano() + timeout.Nanoseconds())
	_, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(b.word), futexWaitBitset, uintptr(value), uintptr(unsafe.Pointer(&until)), 0, uintptr(b.bit))
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
