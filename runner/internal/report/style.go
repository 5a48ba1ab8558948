package report

import (
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/lock"
)

// Style is how much the log says, and in what order.
type Style struct {
	// Grouped says whether the output of a case appears in one piece, when the case has finished,
	// so that the output of other cases does not get in between.
	Grouped bool
	// Brief says whether a case that passed is only counted.
	Brief bool
	// Colored says whether the words for outcomes have colours.
	Colored bool
	// Bar says whether the last line shows, on a terminal, how far the run has got.
	Bar bool
}

// Colours of words, as terminals know them.
const (
	red, green, yellow = "31", "32", "33"
	// clearLine begins the line anew.
	clearLine = "\r\x1b[K"
)

var colors = map[string]string{"PASS": green, "FAIL": red, "ERROR": red, "TIMEOUT": red, "SKIP": yellow}

// paint colours a word for an outcome.
func (s Style) paint(word string) string {
	if !s.Colored || colors[word] == "" {
		return word
	}
	return fmt.Sprintf("\x1b[%sm%s\x1b[0m", colors[word], word)
}

// clean makes what others have chosen, such as the name of a case, fit for a line of the log.
func clean(text string) string { return lock.Clean(text) }
