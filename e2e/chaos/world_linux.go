package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/clock"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"golang.org/x/sys/unix"
)

// world is what is going on in a round, as far as it can be seen from outside.
type world struct {
	log    *caselog.Writer
	reader *caselog.Reader
	clocks *clock.Server // of some runners; may be nil

	mu      sync.Mutex
	runners []*runner
	// under are the cases under way, by their runners.
	under   map[*runner][]*underway
	stopped map[process]bool
	records []caselog.Record
	// memory is locked while there is no room in the shared memory.
	memory sync.Mutex
}

// underway is a case that has started and not ended.
type underway struct {
	runner *runner
	name   string
	pid    int
}

// process is something that can receive a signal: a runner or a case.
type process interface {
	// signal reports whether the process was there to receive it.
	signal(unix.Signal) bool
	// record is what the log says about it.
	record() caselog.Record
}

func newWorld(log string, clocks *clock.Server) (*world, error) {
	reader, err := caselog.Follow(log)
	if err != nil {
		return nil, err
	}
	writer, err := caselog.Append(log)
	return &world{
		log: writer, reader: reader, clocks: clocks, under: map[*runner][]*underway{}, stopped: map[process]bool{},
	}, err
}

func (w *world) close() {
	_ = w.log.Close()
	_ = w.reader.Close()
}

func (w *world) add(r *runner) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runners = append(w.runners, r)
}

// look reads what is new in the log.
func (w *world) look() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	records, err := w.reader.Next()
	if err != nil {
		return err
	}
	w.records = append(w.records, records...)
	for _, record := range records {
		if record.Case == "" {
			continue // not of a case
		}
		i := slices.IndexFunc(w.runners, func(r *runner) bool { return r.name == record.Run })
		if i < 0 {
			return fmt.Errorf("the log has a case of %s, and there is no such runner", record.Run)
		}
		r := w.runners[i]
		switch record.Event {
		case caselog.Start:
			w.under[r] = append(w.under[r], &underway{r, record.Case, record.PID})
		case caselog.End:
			w.under[r] = slices.DeleteFunc(w.under[r], func(u *underway) bool { return u.name == record.Case })
		}
	}
	return nil
}

// alive returns the runners that run.
func (w *world) alive() []*runner {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.runners), (*runner).Ended)
}

// victims returns the processes that a fault can hit.
type victims func(*world) []process

// holders returns the runners with a case under way.
func holders(w *world) []process {
	return w.choose(func(r *runner) []process {
		if len(w.under[r]) == 0 {
			return nil
		}
		return []process{r}
	})
}

// settling is the time after which a runner without a case under way counts as a waiter; before
// that it may still be starting.
const settling = 30 * time.Millisecond

// waiters returns the runners all of whose cases wait.
func waiters(w *world) []process {
	return w.choose(func(r *runner) []process {
		if len(w.under[r]) > 0 || time.Since(r.Begun) < settling {
			return nil
		}
		return []process{r}
	})
}

// cases returns the cases under way.
func cases(w *world) []process {
	return w.choose(func(r *runner) (cases []process) {
		for _, u := range w.under[r] {
			cases = append(cases, u)
		}
		return cases
	})
}

// clocked returns the runners with a clock of their own.
func clocked(w *world) []process {
	if w.clocks == nil {
		return nil
	}
	return w.choose(func(r *runner) []process {
		if w.clocks.Of(r.PID()) == nil {
			return nil
		}
		return []process{r}
	})
}

// choose returns the processes of runners that are well.
func (w *world) choose(of func(*runner) []process) (chosen []process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.runners {
		if !r.Ended() && !r.Killed() && !w.stopped[r] {
			chosen = append(chosen, of(r)...)
		}
	}
	return slices.DeleteFunc(chosen, func(p process) bool { return w.stopped[p] })
}

// do notes what is about to be done to a process, and does it.
func (w *world) do(event caselog.Event, p process, s unix.Signal) (bool, error) {
	if err := w.note(event, p); err != nil {
		return false, err
	}
	if !p.signal(s) {
		return false, nil
	}
	if u, isCase := p.(*underway); isCase && s == unix.SIGKILL {
		w.forget(u)
	}
	return true, nil
}

// forget notes that a case will not log its end.
func (w *world) forget(u *underway) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.under[u.runner] = slices.DeleteFunc(w.under[u.runner], func(other *underway) bool { return other == u })
}

func (w *world) note(event caselog.Event, p process) error {
	record := p.record()
	record.Event, record.At = event, caselog.Now()
	return w.log.Write(record)
}

// say logs what was done to groups. A nil world logs nothing.
func (w *world) say(event caselog.Event, where string, groups ...string) error {
	if w == nil {
		return nil
	}
	record := caselog.Record{Event: event, At: caselog.Now(), Run: where}
	for _, g := range groups {
		record.Uses = append(record.Uses, caselog.Use{Group: g})
	}
	return w.log.Write(record)
}

func (r *runner) signal(s unix.Signal) bool { return r.Signal(s) }

func (r *runner) record() caselog.Record { return caselog.Record{Run: r.name, PID: r.PID()} }

// signal makes sure that the process is the case before it sends anything: the case may have
// ended, and another process may have its number.
func (u *underway) signal(s unix.Signal) bool {
	fd, err := unix.PidfdOpen(u.pid, 0)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", u.pid))
	if err != nil || !strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", u.runner.PID())) {
		return false
	}
	return unix.PidfdSendSignal(fd, s, nil, 0) == nil
}

func (u *underway) record() caselog.Record {
	return caselog.Record{Run: u.runner.name, Case: u.name, PID: u.pid}
}
