package service

import (
	"fmt"
	"os"
	"sync"
)

// maxReply is far more than the length of an answer.
const maxReply = 64 << 10

// reply is what a setup prints on stdout. After it was accepted, the rest goes to a log.
type reply struct {
	reader *os.File
	whole  chan struct{} // it is an answer, or cannot become one
	end    chan struct{} // nobody has stdout open

	mu       sync.Mutex
	text     []byte
	isWhole  bool
	accepted bool
	log      *tail
}

// newReply returns a reply, and the file for the program to write to.
func newReply(log *tail) (*reply, *os.File, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("pipe for stdout: %w", err)
	}
	r := &reply{reader: reader, whole: make(chan struct{}), end: make(chan struct{}), log: log}
	go r.read()
	return r, writer, nil
}

func (r *reply) read() {
	defer close(r.end)
	buffer := make([]byte, 4<<10)
	for {
		n, err := r.reader.Read(buffer)
		r.add(buffer[:n])
		if err != nil {
			return
		}
	}
}

func (r *reply) add(text []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.accepted || len(r.text) > maxReply {
		_, _ = r.log.Write(text)
		return
	}
	r.text = append(r.text, text...)
	if !r.isWhole && (len(r.text) > maxReply || isWhole(r.text)) {
		r.isWhole = true
		close(r.whole)
	}
}

// accept returns what was printed so far.
func (r *reply) accept() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.accepted = true
	return r.text
}

// String returns the last part of what was printed before it was accepted.
func (r *reply) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return lastOf(r.text)
}

// close ends the reading.
func (r *reply) close() {
	_ = r.reader.Close()
	<-r.end
}
