package notice

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/interlock-build/rules_interlock/internal/lock/shm"
)

// Read returns what all living processes of the machine publish, in order of time. A broken file
// does not hide the others: it is one of the problems, each of which is one line.
func Read() (uses []Use, problems []error) { return readBut("") }

// readBut is Read without the file of that name.
func readBut(name string) (uses []Use, problems []error) {
	problems = shm.Visit(folder, func(look *shm.Look, path string) error {
		if filepath.Base(path) == name {
			return nil
		}
		more, err := readUses(look, path)
		if err != nil && !errors.Is(err, shm.ErrBounds) {
			err = fmt.Errorf("%s is not what a runner tells: %w", path, err)
		}
		uses = append(uses, more...)
		return err
	})
	sortByTime(uses)
	return uses, problems
}

// readUses returns what the process of a file publishes, if look may take that much.
func readUses(look *shm.Look, path string) ([]Use, error) {
	if err := look.Take(fileCost); err != nil { // before it is opened: there may be many
		return nil, err
	}
	text, err := readFile(look, path)
	if text == nil || err != nil {
		return nil, err
	}
	if err := look.Take(parseCost(text)); err != nil {
		return nil, err
	}
	return Parse(text)
}

// fileCost is the cost of opening a file, and parseCost the most memory that the values in a file
// take: a use while a list of them grows, and a text.
const (
	fileCost   = 1 << 10
	objectCost = 1 << 9
	valueCost  = 80
)

func parseCost(text []byte) int {
	return len(text) + objectCost*bytes.Count(text, []byte("{")) + valueCost*bytes.Count(text, []byte(","))
}
