package scene

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"golang.org/x/sys/unix"
)

// Scene is the runners of a round and their cases.
type Scene[R Runner] struct {
	// Records are all that Look has read.
	Records []caselog.Record

	log    *caselog.Writer
	reader *caselog.Reader

	mu      sync.Mutex
	runners []R
	under   map[R][]*Case[R]
	stopped map[any]bool
}

// Open returns the scene of a round, whose cases write to a log.
func Open[R Runner](log string) (*Scene[R], error) {
	reader, err := caselog.Follow(log)
	if err != nil {
		return nil, err
	}
	writer, err := caselog.Append(log)
	return &Scene[R]{log: writer, reader: reader, under: map[R][]*Case[R]{}, stopped: map[any]bool{}}, err
}

// Close ends the reading of the log.
func (s *Scene[R]) Close() {
	_ = s.log.Close()
	_ = s.reader.Close()
}

// Add adds a runner that has started.
func (s *Scene[R]) Add(r R) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runners = append(s.runners, r)
}

// Look reads what is new in the log, and returns it.
func (s *Scene[R]) Look() ([]caselog.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records, err := s.reader.Next()
	if err != nil {
		return nil, err
	}
	s.Records = append(s.Records, records...)
	for _, record := range records {
		if record.Case == "" {
			continue // not of a case
		}
		if err := s.noteCase(record); err != nil {
			return nil, err
		}
	}
	return records, nil
}

func (s *Scene[R]) noteCase(record caselog.Record) error {
	i := slices.IndexFunc(s.runners, func(r R) bool { return r.Name() == record.Run })
	if i < 0 {
		return fmt.Errorf("the log has a case of %s, and there is no such runner", record.Run)
	}
	r := s.runners[i]
	switch record.Event {
	case caselog.Start:
		s.under[r] = append(s.under[r], &Case[R]{r, record.Case, record.PID})
	case caselog.End:
		s.under[r] = slices.DeleteFunc(s.under[r], func(c *Case[R]) bool { return c.Name == record.Case })
	}
	return nil
}

// Runners are all runners. None may be added at the same time.
func (s *Scene[R]) Runners() []R { return s.runners }

// Alive returns the runners that run.
func (s *Scene[R]) Alive() []R {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.runners), R.Ended)
}

// Under returns the cases of a runner that are under way.
func (s *Scene[R]) Under(r R) []*Case[R] {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.under[r])
}

// Holders returns the runners with a case under way.
func (s *Scene[R]) Holders() []Process {
	return s.Choose(func(r R, under []*Case[R]) []Process {
		if len(under) == 0 {
			return nil
		}
		return []Process{r}
	})
}

// settling is the time after which a runner without a case under way counts as a waiter; before
// that it may still be starting.
const settling = 30 * time.Millisecond

// Waiters returns the runners all of whose cases wait.
func (s *Scene[R]) Waiters() []Process {
	return s.Choose(func(r R, under []*Case[R]) []Process {
		if len(under) > 0 || r.Age() < settling {
			return nil
		}
		return []Process{r}
	})
}

// Cases returns the cases under way.
func (s *Scene[R]) Cases() []Process {
	return s.Choose(func(_ R, under []*Case[R]) (cases []Process) {
		for _, c := range under {
			cases = append(cases, c)
		}
		return cases
	})
}

// Choose returns the processes that of returns for each runner that is well, and for its cases under
// way, without those that stand still.
func (s *Scene[R]) Choose(of func(r R, under []*Case[R]) []Process) (chosen []Process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.runners {
		if !r.Ended() && !r.Killed() && !s.stopped[r] {
			chosen = append(chosen, of(r, s.under[r])...)
		}
	}
	return slices.DeleteFunc(chosen, func(p Process) bool { return s.stopped[p] })
}

// StandsStill reports whether Stop has stopped a process, or Hold holds it.
func (s *Scene[R]) StandsStill(what any) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped[what]
}

// Hold notes whether something stands still, and reports whether that is a change.
func (s *Scene[R]) Hold(what any, still bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped[what] == still {
		return false
	}
	s.stopped[what] = still
	return true
}

// Kill kills a process. It reports whether there was one.
func (s *Scene[R]) Kill(p Process) (bool, error) {
	if p == nil {
		return false, nil
	}
	return s.do(caselog.Kill, p, unix.SIGKILL)
}

// Stop makes a process stand still for a while. It reports whether there was one.
func (s *Scene[R]) Stop(p Process, how time.Duration) (bool, error) {
	if p == nil || !s.Hold(p, true) {
		return false, nil
	}
	defer s.Hold(p, false)
	hit, err := s.do(caselog.Stop, p, unix.SIGSTOP)
	if err != nil {
		return hit, err
	}
	time.Sleep(how)
	p.Signal(unix.SIGCONT)
	return hit, s.note(caselog.Continue, p)
}

// do notes what is about to be done to a process, and does it.
func (s *Scene[R]) do(event caselog.Event, p Process, signal unix.Signal) (bool, error) {
	if b, breaks := p.(Breaker); breaks {
		if err := s.Say(caselog.Break, b.Kind(), b.Breaks()); err != nil {
			return false, err
		}
	}
	if err := s.note(event, p); err != nil {
		return false, err
	}
	if !p.Signal(signal) {
		return false, nil
	}
	if c, isCase := p.(*Case[R]); isCase && signal == unix.SIGKILL {
		s.forget(c)
	}
	return true, nil
}

// forget notes that a case will not log its end.
func (s *Scene[R]) forget(c *Case[R]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.under[c.Runner] = slices.DeleteFunc(s.under[c.Runner], func(other *Case[R]) bool { return other == c })
}

func (s *Scene[R]) note(event caselog.Event, p Process) error {
	record := p.Record()
	record.Event, record.At = event, caselog.Now()
	return s.log.Write(record)
}

// Say logs what was done to groups.
func (s *Scene[R]) Say(event caselog.Event, where string, groups ...string) error {
	record := caselog.Record{Event: event, At: caselog.Now(), Run: where}
	for _, g := range groups {
		record.Uses = append(record.Uses, caselog.Use{Group: g})
	}
	return s.log.Write(record)
}
