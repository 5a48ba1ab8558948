package gotest

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// marker begins each line of the testing package's own under
// -test.v=test2json (cmd/test2json: "^V, or U+0016"), so that it can be told
// from what tests print, even in the middle of a line.
const marker = 0x16

// maxFrame limits the length of a line of the testing package's own. A longer line is output of a
// test that happens to contain a marker.
const maxFrame = 64 << 10

// A frame is a line of the testing package's own. Its kind is the text before the name, such as
// "=== RUN" or "--- PASS:".
type frame struct {
	kind string
	// test is the full name of a test, "Test/sub"; empty for PASS and FAIL,
	// which end the output of a process.
	test string
	// elapsed is how long the test ran, for a result.
	elapsed time.Duration
	// line is the whole line.
	line string
}

// String is the line as the testing package prints it.
func (f frame) String() string {
	return fmt.Sprintf("%s %s (%.2fs)", f.kind, f.test, f.elapsed.Seconds())
}

// stream divides what a test binary writes into frames and output.
type stream struct {
	// onFrame is called for each frame, and returns whether it can be one: a frame forged by a
	// test is output.
	onFrame func(frame) bool
	// secret begins the marks of the hook (adapters/gotest/hook), for which onMark
	// is called; "" if there are none.
	secret string
	onMark func(string)
	// onOutput is called for all other text, which is valid during the call.
	onOutput func([]byte)
	// pending is the beginning of an incomplete frame.
	pending []byte
}

// Write takes the next piece, which may end anywhere.
func (s *stream) Write(text []byte) (int, error) {
	n := len(text)
	if len(s.pending) > 0 {
		text = append(s.pending, text...)
		s.pending = nil
	}
	for len(text) > 0 {
		at := bytes.IndexByte(text, marker)
		if at < 0 {
			s.onOutput(text)
			break
		}
		if at > 0 {
			s.onOutput(text[:at])
			text = text[at:]
		}
		text = s.frame(text)
	}
	return n, nil
}

// frame takes the frame at the beginning of text, which is a marker there, and returns the rest.
func (s *stream) frame(text []byte) (rest []byte) {
	end := bytes.IndexByte(text, '\n')
	if next := bytes.IndexByte(text[1:], marker); next >= 0 && (end < 0 || next < end) {
		// A frame contains no other marker.
		s.onOutput(text[:next+1])
		return text[next+1:]
	}
	if end < 0 && len(text) <= maxFrame {
		s.pending = bytes.Clone(text)
		return nil
	}
	if end < 0 || end >= maxFrame {
		s.onOutput(text[:maxFrame])
		return text[maxFrame:]
	}
	line := string(text[1:end])
	if mark, ok := strings.CutPrefix(line, s.secret+" "); ok && s.secret != "" {
		s.onMark(mark)
	} else if f, ok := parseLine(line); !ok {
		s.onOutput(text[:end+1])
	} else if !s.onFrame(f) {
		s.onOutput(text[1 : end+1])
	}
	return text[end+1:]
}

// Close treats the rest as output.
func (s *stream) Close() {
	if len(s.pending) > 0 {
		s.onOutput(s.pending)
		s.pending = nil
	}
}

// The kinds of frames that matter here.
const (
	frameRun   = "=== RUN"
	framePause = "=== PAUSE"
	frameCont  = "=== CONT"
	framePass  = "--- PASS:"
	frameFail  = "--- FAIL:"
	frameSkip  = "--- SKIP:"
	frameEnd   = "end"
	// frameAsk is the hook's: a case asks whether it may start.
	frameAsk = "=== ASK"
)

func parseLine(line string) (frame, bool) {
	f, ok := parseFrame(line)
	f.line = line
	return f, ok
}

func parseFrame(line string) (frame, bool) {
	line = strings.TrimSuffix(line, "\r")
	switch {
	case line == "PASS" || line == "FAIL":
		return frame{kind: frameEnd}, true
	case strings.HasPrefix(line, "=== "):
		return parseChange(line)
	case strings.HasPrefix(line, "--- "):
		return parseResult(line)
	}
	return frame{}, false
}

// parseChange parses "=== RUN TestX", and the same for PAUSE, CONT, NAME and the kinds that later
// versions of Go add, such as ATTR, where more follows the name.
func parseChange(line string) (frame, bool) {
	word, rest, _ := strings.Cut(line[len("=== "):], " ")
	name, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	return frame{kind: "=== " + word, test: name}, word != ""
}

// parseResult parses "--- PASS: TestX (0.01s)".
func parseResult(line string) (frame, bool) {
	kind, rest, ok := strings.Cut(line, ": ")
	open := strings.LastIndex(rest, " (")
	if !ok || open < 0 || !strings.HasSuffix(rest, "s)") {
		return frame{}, false
	}
	elapsed, err := time.ParseDuration(strings.TrimSuffix(rest[open+2:], ")"))
	if err != nil {
		return frame{}, false
	}
	return frame{kind: kind + ":", test: rest[:open], elapsed: elapsed}, true
}
