package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/timeline"
)

// unfinished is what test.xml says about a case until it has finished. So a report that a killed
// runner leaves behind is true.
var unfinished = xmlProblem{Message: "not finished when this report was written: the test was killed", Type: "unfinished"}

// How often the report is rewritten while cases run. The cost of writing it is proportional to
// the number of cases, so writing it after each case would cost their square.
const (
	// minPause is the least time between two writes.
	minPause = time.Second
	// maxShare limits the part of the time that writing may take to 1/maxShare.
	maxShare = 20
)

// JUnit keeps a report in JUnit's format up to date in a file.
type JUnit struct {
	path   string
	record *Record // nil if there is none
	// also is called whenever the report is written.
	also func()

	mu      sync.Mutex // guards what follows
	suite   xmlSuite
	started time.Time
	latest  time.Time // the time of the latest event
	order   []*junitCase
	cases   map[event.Case]*junitCase
	outputs map[event.Case]*tail
	kept    int         // bytes of output in the report
	next    time.Time   // before which the report is not written again
	pending *time.Timer // writes then; nil if nothing has changed
	err     error
}

// NewJUnit returns a sink that writes the report of the test called suite to path. The file is
// complete at any moment. It may lack the results of the last second (or, if writing takes more
// than 50 ms, of 20 times as long). Like all cases that have not finished, those cases are errors
// in it.
func NewJUnit(path, suite string) *JUnit {
	return &JUnit{
		path: path, suite: xmlSuite{Name: suite},
		cases: map[event.Case]*junitCase{}, outputs: map[event.Case]*tail{},
	}
}

// Keep makes the report contain a record, which has to get each event before the report does. Also is
// called whenever the report is written.
func (j *JUnit) Keep(record *Record, also func()) { j.record, j.also = record, also }

// Err returns the error of writing the report, if the last write failed. Earlier failures have no
// consequence.
func (j *JUnit) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// Handle implements event.Sink.
func (j *JUnit) Handle(e event.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch e := e.(type) {
	case event.RunStarted:
		j.begin(e)
		j.write()
	case event.CaseStarted:
		j.start(e)
		j.noteSoon()
	case event.CaseWaiting, event.BatchReleased:
		j.noteSoon()
	case event.CaseOutput:
		j.outputOf(e.Case).add(e.Text)
	case event.CaseRetried:
		j.retry(e)
		j.writeSoon()
	case event.CaseFinished:
		j.finish(e)
		j.writeSoon()
	case event.RunFinished:
		j.latest = e.At
		j.write()
	}
}

func (j *JUnit) begin(e event.RunStarted) {
	j.started, j.latest = e.At, e.At
	j.suite.Timestamp = e.At.Format("2006-01-02T15:04:05")
	for _, c := range e.Cases {
		j.add(c)
	}
}

// junitCase is a case and its parts.
type junitCase struct {
	xmlCase
	known    event.Case
	parts    []*xmlCase
	attempts []attempt // that were bad
	started  bool
}

func (j *JUnit) add(c event.Case) *junitCase {
	added := &junitCase{known: c, xmlCase: xmlCase{Name: c.FullTitle(), Class: c.Class, Time: xmlTime(0), Error: &unfinished}}
	j.cases[c] = added
	j.order = append(j.order, added)
	return added
}

// start forgets what is known of a case that starts again.
func (j *JUnit) start(e event.CaseStarted) {
	c := j.whole(e.Case)
	if !c.started {
		c.started = true
		return
	}
	c.parts = nil
	for part := range j.outputs {
		if part.Whole() == e.Case {
			delete(j.outputs, part)
		}
	}
}

// whole returns the entry of the case that c is, or is a part of. It may not have been known
// until now.
func (j *JUnit) whole(c event.Case) *junitCase {
	if known := j.cases[c.Whole()]; known != nil {
		return known
	}
	return j.add(c.Whole())
}

// forget drops a case that should not be reported.
func (j *JUnit) forget(c event.Case) {
	gone := j.cases[c]
	delete(j.cases, c)
	j.order = slices.DeleteFunc(j.order, func(known *junitCase) bool { return known == gone })
}

// element returns the element of a case, or a new one for a part of it.
func (j *JUnit) element(c event.Case) *xmlCase {
	whole := j.whole(c)
	if c.Sub == "" {
		return &whole.xmlCase
	}
	part := &xmlCase{Name: c.FullTitle(), Class: c.Class}
	whole.parts = append(whole.parts, part)
	return part
}

func (j *JUnit) outputOf(c event.Case) *tail {
	if j.outputs[c] == nil {
		j.outputs[c] = &tail{}
	}
	return j.outputs[c]
}

func (j *JUnit) finish(e event.CaseFinished) {
	j.latest = e.At
	if e.Forgiven {
		return
	}
	if e.Case.Process {
		j.suite.Properties = append(j.suite.Properties, propertiesIn(e.Properties)...)
	}
	if e.Case.Process && !e.Outcome.Bad() && e.Leak == "" {
		j.forget(e.Case)
		return
	}
	element := j.element(e.Case)
	element.Time = xmlTime(e.Ran)
	element.Properties = propertiesOf(e)
	element.Attributes = propertiesIn(e.Attributes)
	last := attempt{outcome: e.Outcome, output: j.takeOutput(writerOf(e.Case))}
	if e.Amends {
		last.output = element.Output + last.output
	}
	element.set(last)
	if whole := j.whole(e.Case); e.Case.Sub == "" && len(whole.attempts) > 0 {
		whole.tellAttempts(last, e.Attempt)
	}
}

func propertiesOf(e event.CaseFinished) []xmlProperty {
	properties := []xmlProperty{{Name: "interlock.waited_seconds", Value: xmlTime(e.Waited)}}
	if e.Attempt > 1 {
		properties = append(properties, xmlProperty{Name: "interlock.attempts", Value: strconv.Itoa(e.Attempt)})
	}
	if e.Leak != "" {
		properties = append(properties, xmlProperty{Name: "interlock.leak", Value: e.Leak})
	}
	if e.Case.Title != "" {
		properties = append(properties, xmlProperty{Name: "interlock.case", Value: e.Case.FullName()})
	}
	if e.Case.Process {
		return properties
	}
	return append(properties, propertiesIn(e.Properties)...)
}

func propertiesIn(all []event.Property) (properties []xmlProperty) {
	for _, p := range all {
		properties = append(properties, xmlProperty{Name: p.Name, Value: p.Value})
	}
	return properties
}

// writerOf returns the case that the output reported for c is listed under.
func writerOf(c event.Case) event.Case {
	if c.Process {
		return event.Case{}
	}
	return c
}

// takeOutput returns what the report keeps of a case's output.
func (j *JUnit) takeOutput(c event.Case) string {
	output := j.outputs[c]
	if output == nil {
		return ""
	}
	delete(j.outputs, c)
	if j.kept > maxOutputs {
		output.limit(maxOutputLater)
	}
	text := output.String()
	j.kept += len(text)
	return text
}

// noteSoon writes soon what only the record has noted.
func (j *JUnit) noteSoon() {
	if j.record != nil {
		j.writeSoon()
	}
}

// writeSoon writes as soon as the pause since the last write is over.
func (j *JUnit) writeSoon() {
	if j.pending == nil {
		j.pending = time.AfterFunc(time.Until(j.next), j.writePending)
	}
}

func (j *JUnit) writePending() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.pending != nil { // or another goroutine has just written
		j.write()
	}
}

// write replaces the file with what is known.
func (j *JUnit) write() {
	if j.pending != nil {
		j.pending.Stop()
		j.pending = nil
	}
	begin := time.Now()
	j.collect()
	properties := j.suite.Properties
	defer func() { j.suite.Properties = properties }()
	if j.record != nil {
		j.suite.Properties = append(slices.Clone(properties), xmlProperty{Name: timeline.Property, JSON: j.record.head()})
		j.also()
	}
	j.suite.Time = xmlTime(j.latest.Sub(j.started))
	if j.err = replaceFile(j.path, func(w io.Writer) error { return writeXML(w, j.suite) }); j.err != nil {
		j.err = fmt.Errorf("writing test.xml: %w", j.err)
	}
	end := time.Now()
	j.next = end.Add(max(minPause, maxShare*end.Sub(begin)))
}

// collect gathers the cases and their parts, and counts them.
func (j *JUnit) collect() {
	s := &j.suite
	s.Cases = s.Cases[:0]
	for _, c := range j.order {
		if j.record != nil {
			c.Record = j.record.property(c.known, c.name)
		}
		s.Cases = append(s.Cases, &c.xmlCase)
		s.Cases = append(s.Cases, c.parts...)
	}
	s.Tests, s.Failures, s.Errors, s.Skipped = len(s.Cases), 0, 0, 0
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
}

// replaceFile writes to another file and renames it, so that a reader always finds a whole one, even
// if this process is killed.
func replaceFile(path string, write func(io.Writer) error) error {
	aside := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".tmp")
	file, err := os.Create(aside)
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return err
	}
	return os.Rename(aside, path)
}
