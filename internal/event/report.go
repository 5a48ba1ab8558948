package event

import (
	"io"
	"time"
)

// Report is how a framework tells what its cases do. It may be used from
// several goroutines.
type Report interface {
	// Started says that a case has begun, perhaps for a second time.
	Started(Case)
	// Paused says that a case has begun to wait for others of its process, and
	// Resumed that it goes on.
	Paused(Case)
	Resumed(Case)
	// Output delivers what a case, or no case, wrote. It does not keep text.
	Output(c Case, text []byte)
	// Finished says how a case, or a part of one, ended.
	Finished(Case, Result)
}

// Beginning is a Report that wants to know more of when a process begins.
type Beginning interface {
	// Begun says that a process has begun by now whose case was reported as
	// started before.
	Begun()
}

// Begun tells a report, if it wants to know.
func Begun(to Report) {
	if b, ok := to.(Beginning); ok {
		b.Begun()
	}
}

// Result is an outcome and how long it took.
type Result struct {
	Outcome Outcome
	// Ran is how long the case ran, by its own account; 0 if it has none.
	Ran time.Duration
	// Leak says, in a sentence with the case's name, what it left behind, and is
	// empty if that is nothing.
	Leak string
	// Note says, in a sentence, what else people have to know; empty is nothing.
	Note string
	// Stops says why no further case of the run is to start; empty is that others
	// may.
	Stops string
	// Properties and Attributes are what the case's own code has recorded for the
	// reader of test.xml. Those of a process are the suite's.
	Properties, Attributes []Property
	// Distinct is whether it is of another part than an earlier one of the same name,
	// and not a further result of that.
	Distinct bool
	// Forgiven is whether a case that was reported as bad before does not fail the
	// test, by the word of its program.
	Forgiven bool
}

// Property is a name and a value.
type Property struct{ Name, Value string }

// Writer returns a writer whose content is output of c.
func Writer(c Case, to Report) io.Writer { return output{c, to} }

type output struct {
	c  Case
	to Report
}

func (o output) Write(text []byte) (int, error) {
	o.to.Output(o.c, text)
	return len(text), nil
}
