package register

import (
	"encoding/binary"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// watcher wakes waiters when a file that they watch is closed, which also happens when its holder
// dies. All waiters of a process share one inotify instance, which exists only while somebody
// watches: a user has few instances, and those who wait behind others need none.
type watcher struct {
	mu            sync.Mutex
	inotify       *os.File
	watching      map[int32]map[chan<- struct{}]bool // by watch descriptor
	subscriptions int
	rest          *time.Timer // ends the instance when nobody has watched for a while
}

// keeping is how long an unused instance is kept. A process that watches once may soon do so
// again, and to make and close an instance is most of the cost of a short wait. If holds are short,
// many processes were first within that time.
const keeping = 250 * time.Millisecond

func newWatcher() *watcher {
	return &watcher{}
}

func (w *watcher) stopIfUnused() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.subscriptions == 0 {
		w.stop()
	}
}

// stop ends the inotify instance, if there is one; w.mu is held.
//
// To close an instance that had a watch, the kernel waits until no processor can be using it.
// That takes milliseconds, or tens of them on a busy machine, and no holder of a group should
// wait for that.
func (w *watcher) stop() {
	if w.inotify != nil {
		go func(inotify *os.File) { _ = inotify.Close() }(w.inotify)
		w.inotify = nil
	}
}

// subscribe puts a token into closed at every close of one of paths, until stop is called. It
// does the same when the file is removed or replaced.
func (w *watcher) subscribe(paths []string, closed chan<- struct{}) (stop func(), err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.start(); err != nil {
		return nil, err
	}
	w.subscriptions++
	var added []int32
	end := func() {
		w.forget(added, closed)
		w.subscriptions--
		w.restIfUnused()
	}
	for _, path := range paths {
		wd, err := w.addWatch(path)
		if err != nil {
			end()
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
		end()
	}, nil
}

// restIfUnused ends the instance after a while in which nobody watches; w.mu is held.
func (w *watcher) restIfUnused() {
	if w.subscriptions > 0 {
		return
	}
	if w.rest == nil {
		w.rest = time.AfterFunc(keeping, w.stopIfUnused)
		return
	}
	w.rest.Reset(keeping)
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
		wd, err = unix.InotifyAddWatch(int(fd), path, unix.IN_CLOSE_NOWRITE|unix.IN_ATTRIB|unix.IN_DELETE_SELF)
	})
	if control != nil {
		return 0, control
	}
	return int32(wd), os.NewSyscallError("inotify_add_watch", err)
}

// forget ends a subscription; w.mu is held. It removes watches that nobody uses any more: their
// events would wake this process for nothing.
func (w *watcher) forget(added []int32, closed chan<- struct{}) {
	for _, wd := range added {
		if delete(w.watching[wd], closed); len(w.watching[wd]) == 0 {
			delete(w.watching, wd)
			w.removeWatch(wd)
		}
	}
}

func (w *watcher) removeWatch(wd int32) {
	if w.inotify == nil {
		return
	}
	if raw, err := w.inotify.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _, _ = unix.InotifyRmWatch(int(fd), uint32(wd)) })
	}
}

// read passes on the events of one instance until it is closed.
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
		wake(closed)
	}
}
