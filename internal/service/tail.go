package service

import (
	"io"
	"strings"
	"sync"
)

// maxTail is how many bytes of a program's output are shown to people.
const maxTail = 2 << 10

// tail is an io.Writer that keeps the end of what is written to it.
type tail struct {
	also io.Writer // gets it too; may be nil

	mu   sync.Mutex
	kept []byte
}

// Write implements io.Writer.
func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.also != nil {
		_, _ = t.also.Write(text)
	}
	t.kept = append(t.kept, text...)
	if extra := len(t.kept) - maxTail; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
	return len(text), nil
}

// String returns what is kept, without space around it.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return lastOf(t.kept)
}

// lastOf makes the end of text readable.
func lastOf(text []byte) string {
	text = text[max(0, len(text)-maxTail):]
	return strings.TrimSpace(strings.ToValidUTF8(string(text), "\uFFFD"))
}
