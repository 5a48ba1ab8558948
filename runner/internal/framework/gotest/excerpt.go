package gotest

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// excerptSize is how much of each end of an output is kept to find a message.
const excerptSize = 4 << 10

// maxMessage is the longest message, in bytes.
const maxMessage = 300

// excerpt keeps the beginning and the end of an output.
type excerpt struct {
	head, tail []byte
}

func (e *excerpt) add(text []byte) {
	if room := excerptSize - len(e.head); room > 0 {
		n := min(room, len(text))
		e.head, text = append(e.head, text[:n]...), text[n:]
	}
	e.tail = append(e.tail, text...)
	if extra := len(e.tail) - excerptSize; extra > 0 {
		e.tail = append(e.tail[:0], e.tail[extra:]...)
	}
}

// String returns what is kept.
func (e *excerpt) String() string {
	return strings.ToValidUTF8(string(e.head)+string(e.tail), string(utf8.RuneError))
}

// causes find the line that explains most, the best pattern first.
var causes = []cause{
	{line: regexp.MustCompile(`(?m)^(?:panic|fatal error): .*$`)},
	{line: regexp.MustCompile(`(?m)^WARNING: DATA RACE$`)},
	// Log lines from before look like errors, too: the last one is why it ends.
	{line: regexp.MustCompile(`(?m)^\s*\S+\.go:\d+: (?:.*\S.*$|\s*\n.*$)`), last: true},
	{line: regexp.MustCompile(`(?m)^.*\S.*$`)},
}

// cause is a kind of line, and whether the first or the last one counts.
type cause struct {
	line *regexp.Regexp
	last bool
}

func (c cause) find(text string) string {
	if !c.last {
		return c.line.FindString(text)
	}
	lines := c.line.FindAllString(text, -1)
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(strings.Fields(lines[len(lines)-1]), " ")
}

// message returns the line of the output that explains most, or "".
func (e *excerpt) message() string {
	text := e.String()
	for _, cause := range causes {
		if line := strings.TrimSpace(cause.find(text)); line != "" {
			if len(line) > maxMessage {
				line = strings.ToValidUTF8(line[:maxMessage], "") + "…"
			}
			return line
		}
	}
	return ""
}
