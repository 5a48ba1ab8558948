// Package sleeping is what tests do that only sleep: they log when they begin and end, which
// shows from outside what ran when.
package sleeping

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// LogName is the name of the log, among the undeclared outputs of the test.
const LogName = "cases.log"

const (
	begin = "begin"
	end   = "end"
)

// Sleep is a test that takes d.
func Sleep(t testing.TB, d time.Duration) {
	write(t, begin)
	time.Sleep(d)
	write(t, end)
}

// write adds a line to the log in one write, because several processes do.
func write(t testing.TB, what string) {
	path := filepath.Join(os.Getenv("TEST_UNDECLARED_OUTPUTS_DIR"), LogName)
	log, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(log, "%s %s %d\n", what, t.Name(), time.Now().UnixNano())
	if err == nil {
		err = log.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Event is a line of the log.
type Event struct {
	Name string
	// Begins says whether the case begins; otherwise it ends.
	Begins bool
	At     time.Time
}

// ReadLog returns the events of a log, in the order in which they were written.
func ReadLog(path string) ([]Event, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var events []Event
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var what, name string
		var at int64
		if _, err := fmt.Sscanf(lines.Text(), "%s %s %d", &what, &name, &at); err != nil || what != begin && what != end {
			return nil, fmt.Errorf("%s: not a line of this log: %q", path, lines.Text())
		}
		events = append(events, Event{Name: name, Begins: what == begin, At: time.Unix(0, at)})
	}
	return events, lines.Err()
}
