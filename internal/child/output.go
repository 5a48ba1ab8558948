package child

import (
	"fmt"
	"io"
	"os"
	"time"
)

// output carries what a process group writes to a writer.
type output struct {
	to     io.Writer
	writer *os.File // the group's end of the pipe
	reader *os.File
	copied chan struct{}
}

func newOutput(to io.Writer) (*output, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("pipe for output: %w", err)
	}
	o := &output{to: to, writer: writer, reader: reader, copied: make(chan struct{})}
	go o.copy()
	return o, nil
}

// copy passes on what arrives, until everybody has closed the pipe or finish interrupts it.
func (o *output) copy() {
	defer close(o.copied)
	buffer := make([]byte, 32<<10)
	for {
		n, err := o.reader.Read(buffer)
		o.write(buffer[:n])
		if err != nil {
			return
		}
	}
}

func (o *output) write(text []byte) {
	if len(text) > 0 {
		_, _ = o.to.Write(text)
	}
}

// awaitEnd waits until everybody has closed the pipe, but at most for limit.
func (o *output) awaitEnd(limit time.Duration) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-o.copied:
	case <-timer.C:
	}
}

// finish is called when the group is gone. It passes on what the group left in the pipe, and
// waits for nothing more. Only a process that left the group can still have the pipe open; finish
// reports whether one has.
func (o *output) finish() (open bool) {
	_ = o.reader.SetReadDeadline(time.Unix(1, 0)) // wakes a Read; one that has data is not cut short
	<-o.copied
	_ = o.reader.SetReadDeadline(time.Time{})
	open = o.copyRest()
	_ = o.reader.Close()
	return open
}

// abandon is for an output that was given to no program.
func (o *output) abandon() { _ = o.writer.Close(); o.finish() }
