// Package caselog is the log of what cases report about themselves, and of what was done to them.
// It knows nothing of the runner.
//
// A line is one record in JSON, written at once to a file that is opened for appending, so that
// lines of different processes never mix (open(2), O_APPEND). A killed process writes nothing
// more, so a case without an end was killed.
//
// Cases that cannot read the clock, such as those in bash, write records without a time. Parse
// then takes the order of the lines for the order of time.
package caselog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/internal/boottime"
)

// Event is the kind of a record.
type Event string

// Events. Cases write the first three. Everything else is written by whatever does it to them,
// before it does it.
const (
	// Start: a case begins to use its groups.
	Start Event = "start"
	// Touch: the case uses them.
	Touch Event = "touch"
	// End: the case no longer uses them.
	End Event = "end"
	// Kill: SIGKILL.
	Kill Event = "kill"
	// Stop: SIGSTOP.
	Stop Event = "stop"
	// Continue: SIGCONT.
	Continue Event = "continue"
	// Rewrite: all copies of the lock files of the groups in Uses are about to be written
	// again.
	Rewrite Event = "rewrite"
	// Rewritten: they have been, in the order of the records of Rewrite.
	Rewritten Event = "rewritten"
	// Break: from here on acquisitions of the groups in Uses may fail.
	Break Event = "break"
	// Mend: from here on they may not.
	Mend Event = "mend"
)

// Instant is nanoseconds of CLOCK_BOOTTIME (clock_gettime(2)): all processes of the machine read
// it alike, and nobody can set it.
type Instant int64

// Now returns the time. Without a clock nothing can be checked.
func Now() Instant {
	now, err := boottime.Now()
	if err != nil {
		panic(err)
	}
	return Instant(now)
}

// Add returns the instant that is d later.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d) }

// Sub returns how much later i is than other.
func (i Instant) Sub(other Instant) time.Duration { return time.Duration(i - other) }

// Record is a line of the log.
type Record struct {
	Event Event `json:"event"`
	// At is when it was written, or the number of its line if there is no clock.
	At Instant `json:"at,omitempty"`
	// Run names the run of a runner.
	Run string `json:"run"`
	// Case is one of its cases; empty if the record is about the runner itself.
	Case string `json:"case,omitempty"`
	// PID is the number of the process.
	PID int `json:"pid"`
	// Born is when the process of a case was created, rounded down to a hundredth of a second, in
	// the record of its start.
	Born Instant `json:"born,omitempty"`
	// Uses is what the case uses, in the record of its start.
	Uses []Use `json:"uses,omitempty"`
	// Facts are what else a harness wants to know about the case, by names of its own.
	Facts map[string]string `json:"facts,omitempty"`
}

// Use is what a case uses of a group.
type Use struct {
	Group  string `json:"group"`
	Weight int    `json:"weight"`
	Shared bool   `json:"shared,omitempty"`
	// Slots are the numbers of the units that it was granted.
	Slots []int `json:"slots,omitempty"`
	// Instances are their names, if they have names.
	Instances []string `json:"instances,omitempty"`
	// Fence is the fencing token, if there is one.
	Fence int64 `json:"fence,omitempty"`
}

// Writer writes records.
type Writer struct{ file *os.File }

// Append opens the log at path, and creates it if necessary.
func Append(path string) (*Writer, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	return &Writer{file}, nil
}

// Write writes a record.
func (w *Writer) Write(r Record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = w.file.Write(append(line, '\n'))
	return err
}

// Close closes the log.
func (w *Writer) Close() error { return w.file.Close() }

// Reader reads a log that others still write to.
type Reader struct {
	file *os.File
	rest []byte
}

// Follow opens the log at path, and creates it if necessary.
func Follow(path string) (*Reader, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	return &Reader{file: file}, nil
}

// Next returns the records since the last call.
func (r *Reader) Next() ([]Record, error) {
	text, err := io.ReadAll(r.file)
	if err != nil {
		return nil, err
	}
	r.rest = append(r.rest, text...)
	var records []Record
	for {
		line, rest, whole := bytes.Cut(r.rest, []byte("\n"))
		if !whole {
			return records, nil
		}
		r.rest = rest
		record, err := parse(line)
		if err == nil && record.At == 0 {
			err = fmt.Errorf("the log's line %q has no time", line)
		}
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
}

// Close closes the log.
func (r *Reader) Close() error { return r.file.Close() }
