package register

import (
	"testing"
	"time"
)

// The close of a watched file wakes all of its watchers, in this process and in others; the close
// of another file does not.
func TestCloseWakes(t *testing.T) {
	place, other := newPlace(t), newPlace(t)
	w := newWatcher()
	defer w.use()()
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
	defer w.use()()
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
	defer w.use()()
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

// A user has few inotify instances: a process keeps one only while it is used.
func TestInstanceIsGivenBack(t *testing.T) {
	path := newPlace(t).Queue[0]
	w := newWatcher()
	first, second := w.use(), w.use()
	stop, err := w.subscribe([]string{path}, make(chan struct{}, 1))
	if err != nil {
		t.Fatal(err)
	}
	stop()
	instance := w.inotify
	first()
	if w.inotify != instance {
		t.Error("the instance is closed while it is used")
	}
	second()
	for deadline := time.Now().Add(enough); w.isOpen(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the instance is kept although nobody uses it")
		}
	}
}

func (w *watcher) isOpen() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.inotify != nil
}
