package register

import (
	"context"
	"encoding/binary"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// How long a waiter sleeps at most before it looks again: with inotify only
// in case that an event was missed, without it (a user has 128 instances by
// default, inotify(7)) because there is nothing else.
const (
	lookAgain = time.Second
	polling   = 20 * time.Millisecond
	// settling is how long after a close a waiter looks once more: the files of
	// a process that dies are closed, and watchers told, before their locks go.
	settling = 20 * time.Millisecond
)

// watcher wakes waiters when a file that they watch is closed, which is also
// what happens when its holder dies. All waiters of a process share one
// inotify instance, which exists only while somebody waits.
type watcher struct {
	mu       sync.Mutex
	inotify  *os.File
	watching map[int32]map[chan<- struct{}]bool // by watch descriptor
	users    int
}

func newWatcher() *watcher {
	return &watcher{}
}

// use keeps the inotify instance, once there is one, until the returned
// function is called. Who may wait several times uses it all the while.
func (w *watcher) use() (done func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.users++
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.users--; w.users == 0 {
			w.stop()
		}
	}
}

// stop ends the inotify instance, if there is one; w.mu is held.
//
// To close an instance that had a watch, the kernel waits until no processor
// can be using it: that takes milliseconds, tens of them on a busy machine.
// Nobody with a group in hand should wait for that.
func (w *watcher) stop() {
	if w.inotify != nil {
		go func(inotify *os.File) { _ = inotify.Close() }(w.inotify)
		w.inotify = nil
	}
}

// wait returns when ready does, asking it first at once, and then whenever one
// of paths was closed by anybody. waiting is called once if it has to wait.
// The caller uses the watcher.
func (w *watcher) wait(ctx context.Context, paths []string, ready func() (bool, error), waiting func()) error {
	if ok, err := ready(); ok || err != nil {
		return err
	}
	waiting()
	closed := make(chan struct{}, 1)
	interval := lookAgain
	if stop, err := w.subscribe(paths, closed); err == nil {
		defer stop()
	} else {
		interval = polling
	}
	timer := time.NewTicker(interval)
	defer timer.Stop()
	var settled <-chan time.Time
	for {
		// Asked after subscribing, so that no close falls in between.
		if ok, err := ready(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-closed:
			if settled == nil {
				settled = time.After(settling)
			}
		case <-settled:
			settled = nil
		case <-timer.C:
		}
	}
}

// subscribe makes every close of one of paths put a token into closed, until stop.
func (w *watcher) subscribe(paths []string, closed chan<- struct{}) (stop func(), err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.start(); err != nil {
		return nil, err
	}
	var added []int32
	for _, path := range paths {
		wd, err := w.addWatch(path)
		if err != nil {
			w.forget(added, closed)
			return nil, err
		}
		if w.watching[wd] == nil {
			w.watching[wd] = map[chan<- struct{}]bool{}
		}
		w.watching[wd][closed] = true
		added = append(added, wd)
	}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.forget(added, closed)
	}, nil
}

func (w *watcher) start() error {
	if w.inotify != nil {
		return nil
	}
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return os.NewSyscallError("inotify_init1", err)
	}
	w.inotify = os.NewFile(uintptr(fd), "inotify")
	w.watching = map[int32]map[chan<- struct{}]bool{}
	go w.read(w.inotify)
	return nil
}

func (w *watcher) addWatch(path string) (int32, error) {
	raw, err := w.inotify.SyscallConn()
	if err != nil {
		return 0, err
	}
	var wd int
	control := raw.Control(func(fd uintptr) {
		wd, err = unix.InotifyAddWatch(int(fd), path, unix.IN_CLOSE_NOWRITE|unix.IN_DELETE_SELF)
	})
	if control != nil {
		return 0, control
	}
	return int32(wd), os.NewSyscallError("inotify_add_watch", err)
}

// forget ends a subscription; w.mu is held.
func (w *watcher) forget(added []int32, closed chan<- struct{}) {
	for _, wd := range added {
		delete(w.watching[wd], closed)
		// A watch that nobody uses any more stays until the instance goes,
		// which costs less than to take it out and in for each waiter.
	}
}

// read hands the events of one instance on until it is closed.
func (w *watcher) read(inotify *os.File) {
	buf := make([]byte, 4096)
	for {
		n, err := inotify.Read(buf)
		if err != nil {
			return
		}
		w.mu.Lock()
		if w.inotify == inotify {
			w.notify(buf[:n])
		}
		w.mu.Unlock()
	}
}

// notify wakes the watchers of each event's file (struct inotify_event, inotify(7)).
func (w *watcher) notify(events []byte) {
	for len(events) >= unix.SizeofInotifyEvent {
		wd := int32(binary.NativeEndian.Uint32(events))
		if mask := binary.NativeEndian.Uint32(events[4:]); mask&unix.IN_Q_OVERFLOW != 0 {
			for _, watchers := range w.watching {
				wakeAll(watchers)
			}
		}
		wakeAll(w.watching[wd])
		nameLen := binary.NativeEndian.Uint32(events[12:])
		events = events[unix.SizeofInotifyEvent+nameLen:]
	}
}

func wakeAll(watchers map[chan<- struct{}]bool) {
	for closed := range watchers {
		select {
		case closed <- struct{}{}:
		default: // it has a token already
		}
	}
}
