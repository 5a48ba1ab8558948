package gotest

import (
	"sync"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// suspects remembers the ends of processes in which several tests ran, until one of these tests
// has failed alone, or all have passed.
type suspects struct {
	mu     sync.Mutex
	crimes map[event.Case]*crime
	told   bool // that a process failed
}

// crime is the end of a process that one of several tests caused.
type crime struct {
	open    int // suspects that have no result yet
	solved  bool
	failure event.Result
}

func newSuspects() *suspects { return &suspects{crimes: map[event.Case]*crime{}} }

// add remembers that one of tests caused failure.
func (s *suspects) add(tests []*test, failure event.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &crime{open: len(tests), failure: failure}
	for _, t := range tests {
		s.crimes[t.c] = c
	}
}

// watch returns a report that passes on what it gets, and also the failures that turn out not to
// be caused by suspects. Of all failed processes, only the first is reported.
func (s *suspects) watch(report event.Report) event.Report {
	return &suspectReport{Report: report, suspects: s}
}

type suspectReport struct {
	event.Report
	suspects *suspects
}

func (r *suspectReport) Finished(c event.Case, result event.Result) {
	if c.Process && !r.suspects.tell(result.Outcome) {
		return
	}
	r.Report.Finished(c, result)
	if failure := r.suspects.finished(c, result); failure != nil {
		r.Finished(processCase(c.Class), *failure)
	}
}

// tell reports whether no process has failed before this outcome.
func (s *suspects) tell(o event.Outcome) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := !s.told
	s.told = s.told || o.Bad()
	return first
}

func (s *suspects) finished(c event.Case, result event.Result) (failure *event.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	crime := s.crimes[c]
	if crime == nil {
		return nil
	}
	delete(s.crimes, c)
	crime.open--
	crime.solved = crime.solved || result.Outcome.Bad()
	if crime.open == 0 && !crime.solved {
		return &crime.failure
	}
	return nil
}
