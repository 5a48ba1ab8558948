package register

import (
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// The close of a watched file wakes all of its watchers, in this process and in others; the close
// of another file does not.
func TestCloseWakes(t *testing.T) {
	place, other := newPlace(t), newPlace(t)
	w := newWatcher()
	subscribe := func(paths ...string) <-chan struct{} {
		closed := make(chan struct{}, 1)
		stop, err := w.subscribe(paths, closed)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(stop)
		return closed
	}
	one, both := subscribe(place.Queue[0]), subscribe(other.Queue[0], place.Queue[0])
	stranger := subscribe(place.Units[0])
	mustOpen(t, place.Queue[0]).close()
	receive(t, one, "a token")
	receive(t, both, "a token")
	mustOpen(t, other.Queue[0]).close()
	receive(t, both, "a token for the other file")
	select {
	case <-one:
		t.Error("woken by the close of another file")
	case <-stranger:
		t.Error("woken by the close of other files")
	default:
	}
}

// The watcher of a file that is replaced is woken, to look at the new one.
func TestReplacedFileWakes(t *testing.T) {
	path := newPlace(t).Queue[0]
	w := newWatcher()
	closed := make(chan struct{}, 1)
	stop, err := w.subscribe([]string{path}, closed)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	replace(t, path)
	receive(t, closed, "a token for the file that is gone")
}

// A watcher that has stopped is not woken.
func TestStoppedWatch(t *testing.T) {
	path := newPlace(t).Queue[0]
	w := newWatcher()
	stopped, watching := make(chan struct{}, 1), make(chan struct{}, 1)
	for _, closed := range []chan struct{}{stopped, watching} {
		stop, err := w.subscribe([]string{path}, closed)
		if err != nil {
			t.Fatal(err)
		}
		if closed == stopped {
			stop()
		} else {
			defer stop()
		}
	}
	mustOpen(t, path).close()
	receive(t, watching, "a token")
	select {
	case <-stopped:
		t.Error("woken after it has stopped")
	default:
	}
}

// A user has few inotify instances: a process keeps one only while somebody watches.
func TestInstanceIsGivenBack(t *testing.T) {
	path := newPlace(t).Queue[0]
	w := newWatcher()
	var stops []func()
	for range 2 {
		stop, err := w.subscribe([]string{path}, make(chan struct{}, 1))
		if err != nil {
			t.Fatal(err)
		}
		stops = append(stops, stop)
	}
	stops[0]()
	time.Sleep(keeping + keeping/4)
	if !w.isOpen() {
		t.Error("the instance is closed while it is used")
	}
	stops[1]()
	w.mustBeOpen(t, false)
}

// A process that waits behind others has no instance either, even if it was first before.
func TestWaiterBehindHasNoInstance(t *testing.T) {
	place, one := newPlace(t), definedAs(group.Definition{Capacity: 1})
	locker := at(place, one).(*locker)
	holder := mustAcquire(t, at(place, one), need(1))
	once := startWaiting(t, locker, need(1))
	locker.watcher.mustBeOpen(t, true)
	next := startWaiting(t, at(place, one), need(1))
	holder.Release()
	receive(t, once, "its turn").Release()
	holder = receive(t, next, "its turn")
	first := startWaiting(t, at(place, one), need(1))
	behind := startWaiting(t, locker, need(1))
	locker.watcher.mustBeOpen(t, false)
	holder.Release()
	receive(t, first, "its turn").Release()
	receive(t, behind, "its turn").Release()
}

func (w *watcher) mustBeOpen(t *testing.T, want bool) {
	t.Helper()
	for deadline := time.Now().Add(enough); w.isOpen() != want; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("there is an instance: %v; want %v", !want, want)
		}
	}
}

func (w *watcher) isOpen() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.inotify != nil
}
