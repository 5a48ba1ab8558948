package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/servicechaos/instance"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"golang.org/x/sys/unix"
)

// Things that break beside groups, in the log.
const keeperBroken = "keeper"

func serviceBroken(group string) string { return "service:" + group }

// world is what is going on in a round, as far as it can be seen from outside.
type world struct {
	log    *caselog.Writer
	reader *caselog.Reader
	mark   string

	mu      sync.Mutex
	runners []*runner
	// under are the cases under way, by their runners.
	under map[*runner][]*underway
	// programs are those of instances that have begun, the latest last.
	programs []*program
	stopped  map[any]bool
	records  []caselog.Record
}

// underway is a case that has started and not ended.
type underway struct {
	runner *runner
	name   string
	pid    int
}

// program is a process of an instance.
type program struct {
	kind  caselog.Event
	group string
	pid   int
	mark  string
}

// victim is something that can receive a signal.
type victim interface {
	// signal reports whether the process was there to receive it.
	signal(unix.Signal) bool
	// record is what the log says about it.
	record() caselog.Record
}

func newWorld(log, mark string) (*world, error) {
	reader, err := caselog.Follow(log)
	if err != nil {
		return nil, err
	}
	writer, err := caselog.Append(log)
	return &world{log: writer, reader: reader, mark: mark, under: map[*runner][]*underway{}, stopped: map[any]bool{}}, err
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
		switch {
		case record.Run == instance.Run:
			w.programs = append(w.programs, &program{record.Event, record.Facts[instance.Group], record.PID, w.mark})
		case record.Case != "":
			w.noteCase(record)
		}
	}
	return nil
}

func (w *world) noteCase(record caselog.Record) {
	i := slices.IndexFunc(w.runners, func(r *runner) bool { return r.name == record.Run })
	if i < 0 {
		return
	}
	r := w.runners[i]
	switch record.Event {
	case caselog.Start:
		w.under[r] = append(w.under[r], &underway{r, record.Case, record.PID})
	case caselog.End:
		w.under[r] = slices.DeleteFunc(w.under[r], func(u *underway) bool { return u.name == record.Case })
	}
}

// alive returns the runners that run.
func (w *world) alive() []*runner {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.runners), func(r *runner) bool { return r.Ended() })
}

// victims returns the processes that a fault can hit.
type victims func(*world) []victim

// settling is the time after which a runner without a case under way counts as a waiter.
const settling = 30 * time.Millisecond

func holders(w *world) []victim {
	return w.choose(func(r *runner) []victim {
		if len(w.under[r]) == 0 {
			return nil
		}
		return []victim{r}
	})
}

// waiters returns the runners all of whose cases wait, for units or for instances.
func waiters(w *world) []victim {
	return w.choose(func(r *runner) []victim {
		if len(w.under[r]) > 0 || time.Since(r.Begun) < settling {
			return nil
		}
		return []victim{r}
	})
}

func cases(w *world) []victim {
	return w.choose(func(r *runner) (cases []victim) {
		for _, u := range w.under[r] {
			cases = append(cases, u)
		}
		return cases
	})
}

// choose returns the processes of runners that are well.
func (w *world) choose(of func(*runner) []victim) (chosen []victim) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.runners {
		if !r.Ended() && !r.Killed() && !w.stopped[r] {
			chosen = append(chosen, of(r)...)
		}
	}
	return slices.DeleteFunc(chosen, func(v victim) bool { return w.stopped[v] })
}

// instances returns the processes of setups and servers that run, and checks those of health
// checks and resets.
func instances(w *world) []victim { return w.running(instance.Setup, instance.Server) }
func checks(w *world) []victim    { return w.running(instance.Health, instance.Reset) }

func (w *world) running(kinds ...caselog.Event) (running []victim) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.programs {
		if slices.Contains(kinds, p.kind) && !w.stopped[p] && p.runs() {
			running = append(running, p)
		}
	}
	return running
}

// do notes what is about to be done to a process, and does it.
func (w *world) do(event caselog.Event, v victim, s unix.Signal) (bool, error) {
	if err := w.note(event, v); err != nil {
		return false, err
	}
	if !v.signal(s) {
		return false, nil
	}
	if u, isCase := v.(*underway); isCase && s == unix.SIGKILL {
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

func (w *world) note(event caselog.Event, v victim) error {
	record := v.record()
	record.Event, record.At = event, caselog.Now()
	if p, is := v.(*program); is && event != caselog.Continue {
		// Whatever happens to its group from here on may be the consequence.
		if err := w.say(caselog.Break, "service", serviceBroken(p.group)); err != nil {
			return err
		}
	}
	return w.log.Write(record)
}

// say logs what was done to groups.
func (w *world) say(event caselog.Event, where string, groups ...string) error {
	record := caselog.Record{Event: event, At: caselog.Now(), Run: where}
	for _, g := range groups {
		record.Uses = append(record.Uses, caselog.Use{Group: g})
	}
	return w.log.Write(record)
}

// hold notes whether a process stands still, and reports whether that is a change.
func (w *world) hold(what any, still bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped[what] == still {
		return false
	}
	w.stopped[what] = still
	return true
}

// signalIf sends a signal to a process, if it is what is meant: it may have ended, and another one
// may have its number.
func signalIf(pid int, isIt func() bool, s unix.Signal) bool {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	return isIt() && unix.PidfdSendSignal(fd, s, nil, 0) == nil
}

func (u *underway) signal(s unix.Signal) bool {
	return signalIf(u.pid, func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", u.pid))
		return err == nil && strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", u.runner.PID()))
	}, s)
}

func (u *underway) record() caselog.Record {
	return caselog.Record{Run: u.runner.name, Case: u.name, PID: u.pid}
}

func (p *program) runs() bool { return isMarked(p.pid, p.mark) }

func (p *program) signal(s unix.Signal) bool { return signalIf(p.pid, p.runs, s) }

func (p *program) record() caselog.Record {
	return caselog.Record{Run: instance.Run, PID: p.pid, Facts: map[string]string{instance.Group: p.group, "kind": string(p.kind)}}
}
