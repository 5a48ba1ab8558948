package service

import "fmt"

// SetupError is why what a unit stands for could not be started, with all that was said.
type SetupError struct {
	// Setup is the name of the program.
	Setup string
	// Err is what went wrong, as a part of a sentence that begins with the setup.
	Err error
	// Said is what it printed, and a hint.
	Said string
}

// Error says everything.
func (e *SetupError) Error() string { return e.Briefly() + e.Said }

// Briefly says what went wrong, and not what was printed.
func (e *SetupError) Briefly() string { return fmt.Sprintf("the setup %s %v", e.Setup, e.Err) }

// Unwrap returns Err.
func (e *SetupError) Unwrap() error { return e.Err }
