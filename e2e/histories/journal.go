package histories

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// what is a step of a holding.
type what string

const (
	asked   what = "asked"    // is about to ask
	got     what = "got"      // holds what it asked for
	gaveUp  what = "gave up"  // was cancelled, and has nothing
	failed  what = "failed"   // had an error, which should not happen
	giving  what = "giving"   // is about to give it back
	given   what = "given"    // has given it back
	wasLost what = "was lost" // some time after that, it has lost it
)

// note is a line of a journal.
type note struct {
	What what            `json:"what"`
	At   caselog.Instant `json:"at"`
	// Client is the client that notes it; a client does one thing after the other.
	Client int `json:"client"`
	// Holding is the same number for everything that belongs to one request, from 1.
	Holding int64 `json:"holding"`
	// Needs are the needs of the request, if it was asked.
	Needs []group.Need `json:"needs,omitempty"`
	// Grants are what it got, by label.
	Grants map[string]group.Grant `json:"grants,omitempty"`
	// Problem is why it failed.
	Problem string `json:"problem,omitempty"`
}

// journal is a file of notes. What is written stays, however the process ends.
type journal struct{ file *os.File }

func openJournal(path string) (*journal, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	return &journal{file}, err
}

func (j *journal) write(n note) error {
	line, err := json.Marshal(n)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n')) // one write: notes of others do not get in between
	return err
}

// readJournal reads what was written. It skips an incomplete last line: a process that is killed
// while it writes has come no further, so nothing depends on it.
func readJournal(path string) ([]note, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var notes []note
	var broken error
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if broken != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, len(notes)+1, broken)
		}
		var n note
		if broken = json.Unmarshal(lines.Bytes(), &n); broken == nil {
			notes = append(notes, n)
		}
	}
	return notes, lines.Err()
}

// holdsSomething reports whether a client holds something, according to its journal so far.
func holdsSomething(path string) bool {
	notes, _ := readJournal(path) // there may be none yet
	last := map[int]what{}
	for _, n := range notes {
		last[n.Client] = n.What
	}
	return slices.Contains(slices.Collect(maps.Values(last)), got)
}
