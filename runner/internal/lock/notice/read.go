package notice

import (
	"fmt"
	"path/filepath"

	"github.com/interlock-build/rules_interlock/runner/internal/lock/shm"
)

// Read returns what all living processes of the machine tell, in order of time.
// What is wrong with one file hides no other: it is among the problems, each of
// which is one line.
func Read() (uses []Use, problems []error) { return readBut("") }

// readBut leaves out the file of a name.
func readBut(name string) (uses []Use, problems []error) {
	paths, problems := shm.List(folder)
	for _, path := range paths {
		if filepath.Base(path) == name {
			continue
		}
		text, err := readFile(path)
		if err == nil && text != nil {
			var more []Use
			more, err = Parse(text)
			uses = append(uses, more...)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s is not what a runner tells: %w", path, err))
		}
	}
	sortByTime(uses)
	return uses, problems
}
