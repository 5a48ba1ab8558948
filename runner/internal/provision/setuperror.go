package provision

import (
	"errors"
	"fmt"
)

// setupError is why a setup has failed, with all that it said.
type setupError struct {
	setup string
	err   error
	said  string // what it printed, and a hint
}

func (e *setupError) Error() string { return e.briefly() + e.said }

func (e *setupError) briefly() string { return fmt.Sprintf("the setup %s %v", e.setup, e.err) }

func (e *setupError) Unwrap() error { return e.err }

// notAgain is the error of cases whose setup is not tried, because it failed before. What it said
// is in the errors of the cases for which it was tried, and not in those of all others.
func (r *resource) notAgain() error {
	var failed *setupError
	if !errors.As(r.failure, &failed) {
		return r.failure
	}
	return fmt.Errorf("%s: %s, and is not tried again after %d failures\nhint: the errors of the cases before say what it printed",
		r.group.Label, failed.briefly(), r.failures)
}
