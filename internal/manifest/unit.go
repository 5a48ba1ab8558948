package manifest

import "fmt"

// Unit is what of a test always stays in one shard.
type Unit string

const (
	// Case is a single case.
	Case Unit = "case"
	// Class is all cases of one class.
	Class Unit = "class"
	// File is all cases of one file.
	File Unit = "file"
)

func (u Unit) check() error {
	switch u {
	case Case, Class, File:
		return nil
	}
	return fmt.Errorf("unknown unit %q: this runner knows %q, %q and %q", u, Case, Class, File)
}
