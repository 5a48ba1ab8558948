package event

import (
	"io"
	"time"
)

// Report is how a framework reports what its cases do. Several goroutines may use it.
type Report interface {
	// Started says that a case has begun, perhaps for a second time.
	Started(Case)
	// Paused says that a case has begun to wait for others of its process, and
	// Resumed that it goes on.
	Paused(Case)
	Resumed(Case)
	// Output delivers what a case, or no case, wrote. It must not keep text.
	Output(c Case, text []byte)
	// Finished says how a case, or a part of one, ended.
	Finished(Case, Result)
}

// Beginning is a Report that needs to know when a process really begins.
type Beginning interface {
	// Begun says that the process of a case that was already reported as started has begun by
	// now.
	Begun()
}

// Begun tells a report that a process has begun, if it needs to know.
func Begun(to Report) {
	if b, ok := to.(Beginning); ok {
		b.Begun()
	}
}

// Result is an outcome and how long it took.
type Result struct {
	Outcome Outcome
	// Ran is how long the case ran, by its own account; 0 if it gives none.
	Ran time.Duration
	// Leak says, in a sentence with the case's name, what it left behind; empty if it left
	// nothing.
	Leak string
	// Note says, in a sentence, what else people have to know; empty if there is nothing.
	Note string
	// Stops says why no further case of the run may start; empty if others may.
	Stops string
	// Properties and Attributes are what the case's own code has recorded for the reader of
	// test.xml. Those of a process belong to the suite.
	Properties, Attributes []Property
	// Distinct says that the result is for another part than an earlier one of the same name, and
	// not a further result of that part.
	Distinct bool
	// Forgiven says that a case that was reported as bad before does not fail the test, according
	// to its program.
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
