package manifest

import "fmt"

// Together is which cases of a test always stay in one shard.
type Together string

const (
	// Case is a single case.
	Case Together = "case"
	// Class is all cases of one class.
	Class Together = "class"
	// File is all cases of one file.
	File Together = "file"
)

func (k Together) check() error {
	switch k {
	case Case, Class, File:
		return nil
	}
	return fmt.Errorf("unknown keep_together %q: this runner knows %q, %q and %q", k, Case, Class, File)
}
