package gotest

import (
	"bytes"
	"fmt"
	"strings"
)

// maxLog is how much of a test's log is kept until it is known whether anybody wants to see it.
const maxLog = 256 << 10

// testLog is what a test and its failed subtests have logged: what the testing package prints of
// a test that fails without -test.v.
type testLog struct {
	parts map[string]*bytes.Buffer // by full name
	lost  int
}

func (l *testLog) add(name string, text []byte) {
	if l.parts == nil {
		l.parts = map[string]*bytes.Buffer{}
	}
	b := l.parts[name]
	if b == nil {
		b = &bytes.Buffer{}
		l.parts[name] = b
	}
	room := max(maxLog-b.Len(), 0)
	l.lost += max(len(text)-room, 0)
	b.Write(text[:min(room, len(text))])
}

// close ends the part of a test or subtest. If it failed, its part becomes a section of its
// parent's, under a line like those of the testing package.
func (l *testLog) close(name string, failed bool, line string) {
	part := l.parts[name]
	delete(l.parts, name)
	if !failed {
		return
	}
	section := []byte(line + "\n")
	if part != nil {
		section = append(section, part.Bytes()...)
	}
	parent := name[:max(strings.LastIndexByte(name, '/'), 0)]
	for text := range bytes.Lines(section) {
		if parent != "" {
			l.add(parent, []byte("    "))
		}
		l.add(parent, text)
	}
}

// take returns the text to print for the test.
func (l *testLog) take() []byte {
	var text []byte
	if b := l.parts[""]; b != nil {
		text = b.Bytes()
	}
	if l.lost > 0 && len(text) > 0 {
		text = append(text, fmt.Sprintf("    (%d bytes more are left out)\n", l.lost)...)
	}
	*l = testLog{}
	return text
}
