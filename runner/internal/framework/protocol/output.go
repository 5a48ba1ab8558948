package protocol

import (
	"bytes"
	"io"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// output is what a process prints beside the protocol, and the case that it belongs to. What a
// process prints before it is ready is dropped: all workers print the same, and the output of the
// one that lists is logged.
type output struct {
	report event.Report
	log    io.Writer
	// ending gets what the session prints at its end: several sessions may print the same.
	ending *bytes.Buffer
	c      event.Case // the running case; empty if none runs
	last   []byte
}

const maxTail = 2 << 10

func (o *output) write(text []byte) {
	switch {
	case o.log != nil:
		_, _ = o.log.Write(text)
	case o.ending != nil:
		o.ending.Write(text)
	case o.report != nil:
		o.report.Output(o.c, text)
	}
	o.last = append(o.last, text...)
	if len(o.last) > maxTail {
		o.last = o.last[len(o.last)-maxTail:]
	}
}

// tail continues a sentence with the last line that was printed, if any was.
func (o *output) tail() string {
	line := strings.Trim(lastLine(strings.ToValidUTF8(string(o.last), "\uFFFD")), "+-=* ")
	if line == "" {
		return ""
	}
	return ": " + line
}

// lastLine returns the last line of a text that is not empty.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
