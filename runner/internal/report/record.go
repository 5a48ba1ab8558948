package report

import (
	"math"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/timeline"
)

// Record is a sink that keeps the record of what this shard does, and when: timeline.File.
type Record struct {
	mu     sync.Mutex
	file   timeline.File
	groups map[string]int // indexes of file.Groups, Needs, Users and Cases
	needs  map[timeline.Need]int
	users  map[string]int
	cases  map[event.Case]int
	texts  map[event.Case][]byte // as in test.xml; none for a case that has changed since
	// batches are the attempts of each batch that is not released yet.
	batches map[int][]attemptOf
}

// attemptOf is an attempt of a case, both also by index.
type attemptOf struct {
	event.Case
	at, attempt int
}

// RecordedCase is what the plan knows of a case.
type RecordedCase struct {
	Case     event.Case
	Together string
	Serial   bool
	Takes    time.Duration
	Needs    []group.Need
}

// NewRecord returns the record of a shard whose head is known so far.
func NewRecord(head timeline.File) *Record {
	head.Version = timeline.Version
	head.Cases = []timeline.Case{}
	r := &Record{
		file: head, groups: map[string]int{}, needs: map[timeline.Need]int{}, users: map[string]int{},
		cases: map[event.Case]int{}, texts: map[event.Case][]byte{}, batches: map[int][]attemptOf{},
	}
	for i, g := range head.Groups {
		r.groups[g.Label] = i
	}
	return r
}

// Listed notes which cases were found, and when. Groups are those of their marks, too.
func (r *Record) Listed(from, to time.Time, workers int, groups []timeline.Group, cases []RecordedCase) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.file.Workers = workers
	r.file.Listing = timeline.Span{From: r.moment(from), To: r.moment(to)}
	for _, g := range groups {
		if _, known := r.groups[g.Label]; !known {
			r.groups[g.Label] = len(r.file.Groups)
			r.file.Groups = append(r.file.Groups, g)
		}
	}
	for _, c := range cases {
		if !c.Case.Process {
			r.add(c)
		}
	}
}

func (r *Record) add(c RecordedCase) int {
	at := len(r.file.Cases)
	r.cases[c.Case] = at
	added := timeline.Case{Name: c.Case.FullName(), Together: c.Together, Serial: c.Serial, Takes: c.Takes.Seconds()}
	for _, n := range c.Needs {
		added.Needs = append(added.Needs, r.need(n))
	}
	r.file.Cases = append(r.file.Cases, added)
	return at
}

func (r *Record) need(n group.Need) int {
	need := timeline.Need{Group: r.group(n.Group), Shared: n.Mode == group.Shared}
	if n.Weight > 1 {
		need.Weight = n.Weight
	}
	at, known := r.needs[need]
	if !known {
		at = len(r.file.Needs)
		r.needs[need] = at
		r.file.Needs = append(r.file.Needs, need)
	}
	return at
}

// group returns the index of a group. The runner declares all that there are.
func (r *Record) group(label string) int {
	at, known := r.groups[label]
	if !known {
		at = len(r.file.Groups)
		r.groups[label] = at
		r.file.Groups = append(r.file.Groups, timeline.Group{Label: label, Capacity: 1})
	}
	return at
}

// user returns one more than the index of a user; 0 for none.
func (r *Record) user(name string) int {
	if name == "" {
		return 0
	}
	if at, known := r.users[name]; known {
		return at
	}
	r.file.Users = append(r.file.Users, name)
	r.users[name] = len(r.file.Users)
	return len(r.file.Users)
}

// moment returns a time as the file has it. A time at or before the start is 0.
func (r *Record) moment(at time.Time) timeline.Moment {
	if at.IsZero() || at.Before(r.file.Start) {
		return 0
	}
	tenths := math.Round(float64(at.Sub(r.file.Start)) / float64(time.Millisecond/10))
	return timeline.Moment(tenths / 10)
}

// Handle implements event.Sink.
func (r *Record) Handle(e event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e := e.(type) {
	case event.CaseAsked:
		for _, c := range e.Cases {
			r.asked(c, e.At)
		}
	case event.CaseWaiting:
		r.waiting(e)
	case event.CaseStarted:
		r.started(e)
	case event.CaseRetried:
		r.ended(e.Case, e.Outcome, e.At)
	case event.CaseFinished:
		r.finished(e)
	case event.BatchReleased:
		r.released(e)
	case event.InstanceStarted:
		r.file.Setups = append(r.file.Setups, timeline.Setup{
			Group: r.group(e.Group), Unit: e.Unit, Span: timeline.Span{From: r.moment(e.From), To: r.moment(e.To)},
			Kept: e.Kept, Failed: e.Failed,
		})
	case event.RunFinished:
		r.file.Ended = r.moment(e.At)
	}
}

// current returns the attempt of a case that has not ended, which may be a new one.
func (r *Record) current(c event.Case) (*timeline.Attempt, attemptOf) {
	c = c.Whole()
	at, known := r.cases[c]
	if !known {
		at = r.add(RecordedCase{Case: c})
	}
	delete(r.texts, c)
	one := &r.file.Cases[at]
	if last := len(one.Attempts) - 1; last < 0 || one.Attempts[last].Ended > 0 {
		one.Attempts = append(one.Attempts, timeline.Attempt{})
	}
	last := len(one.Attempts) - 1
	return &one.Attempts[last], attemptOf{c, at, last}
}

func (r *Record) asked(c event.Case, at time.Time) {
	if c.Process {
		return
	}
	if a, _ := r.current(c); a.Asked == 0 {
		a.Asked = r.moment(at)
	}
}

// waiting notes for what a case waits. What it says holds until the case starts.
func (r *Record) waiting(e event.CaseWaiting) {
	if e.Case.Process {
		return
	}
	a, _ := r.current(e.Case)
	a.Held = []timeline.Hold{{Group: r.group(e.Group), Since: r.moment(e.Since)}}
}

func (r *Record) started(e event.CaseStarted) {
	if e.Case.Process || e.Case.Sub != "" {
		return
	}
	a, where := r.current(e.Case)
	a.Started = max(r.moment(e.At), 0.1) // 0 means never
	t := e.Turn
	if t == nil {
		return
	}
	a.Queued, a.Worker, a.Batch, a.Held = r.moment(t.Queued), t.Worker, t.Batch, nil
	if len(t.Held) == 0 {
		return
	}
	a.Asked = r.moment(t.Asked)
	for _, h := range t.Held {
		a.Held = append(a.Held, timeline.Hold{
			Group: r.group(h.Group), Since: r.moment(h.Since), Acquired: r.moment(h.Acquired), Units: h.Units, After: r.user(h.After),
		})
	}
	if !slices.Contains(r.batches[t.Batch], where) {
		r.batches[t.Batch] = append(r.batches[t.Batch], where)
	}
}

func (r *Record) finished(e event.CaseFinished) {
	switch {
	case e.Case.Sub != "" || e.Case.Process && !e.Outcome.Bad() && !e.Forgiven:
	case e.Amends || e.Forgiven:
		r.amend(e)
	default:
		r.ended(e.Case, e.Outcome, e.At)
	}
}

// amend replaces the outcome of the last attempt.
func (r *Record) amend(e event.CaseFinished) {
	at, known := r.cases[e.Case]
	if !known || len(r.file.Cases[at].Attempts) == 0 {
		return
	}
	delete(r.texts, e.Case)
	attempts := r.file.Cases[at].Attempts
	describe(&attempts[len(attempts)-1], e.Outcome)
}

// ended ends the current attempt of a case. One that never began has only an outcome.
func (r *Record) ended(c event.Case, o event.Outcome, at time.Time) {
	a, _ := r.current(c)
	describe(a, o)
	if a.Asked > 0 || a.Started > 0 {
		a.Ended = max(r.moment(at), a.Started, 0.1)
	}
}

func describe(a *timeline.Attempt, o event.Outcome) {
	a.Outcome = [...]timeline.Outcome{
		event.Passed: timeline.Passed, event.Failed: timeline.Failed, event.Errored: timeline.Errored, event.Skipped: timeline.Skipped,
	}[o.Status]
	a.Why = o.Type
}

func (r *Record) released(e event.BatchReleased) {
	for _, where := range r.batches[e.Batch] {
		a := &r.file.Cases[where.at].Attempts[where.attempt]
		if at := r.moment(e.At); at > a.Ended {
			a.Released = at
		}
		delete(r.texts, where.Case)
	}
	delete(r.batches, e.Batch)
}

// File returns the record so far. Nobody may change it.
func (r *Record) File() timeline.File {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.file
	f.Cases = slices.Clone(f.Cases)
	for i := range f.Cases {
		f.Cases[i].Attempts = slices.Clone(f.Cases[i].Attempts)
	}
	f.Setups, f.Users, f.Needs, f.Groups = slices.Clone(f.Setups), slices.Clone(f.Users), slices.Clone(f.Needs), slices.Clone(f.Groups)
	return f
}

// property returns what test.xml has of a case, whose element has a name; nil if there is nothing.
func (r *Record) property(c event.Case, name func() string) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, known := r.cases[c]
	if known && r.texts[c] == nil {
		r.texts[c] = r.file.Cases[at].Property(name())
	}
	return r.texts[c]
}

// head returns what test.xml has of all cases together.
func (r *Record) head() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.file.Head()
}

// WriteTo replaces the file in a folder.
func (r *Record) WriteTo(folder string) error {
	return replaceFile(filepath.Join(folder, timeline.Name), r.File().Write)
}
