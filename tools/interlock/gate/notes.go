package gate

import (
	"fmt"
	"sync"
	"time"
)

const (
	// noteAgain is after how long the same is logged again.
	noteAgain = 10 * time.Minute
	// maxNotes is how many different lines are remembered.
	maxNotes = 1000
)

// notes logs what may happen to thousands of actions at once only now and then.
type notes struct {
	log func(format string, args ...any)

	mu   sync.Mutex
	last map[string]time.Time
}

func newNotes(log func(format string, args ...any)) *notes {
	return &notes{log: log, last: map[string]time.Time{}}
}

// once logs a line, unless it did so lately.
func (n *notes) once(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	n.mu.Lock()
	last, known := n.last[line]
	if len(n.last) >= maxNotes {
		clear(n.last)
	}
	isNew := !known || time.Since(last) > noteAgain
	if isNew {
		n.last[line] = time.Now()
	}
	n.mu.Unlock()
	if isNew {
		n.log("%s", line)
	}
}
