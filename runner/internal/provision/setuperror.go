package provision

import (
	"errors"
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/service"
)

// notAgain is the error of cases whose setup is not tried, because it failed before. What it said
// is in the errors of the cases for which it was tried, and not in those of all others.
func (r *resource) notAgain() error {
	var failed *service.SetupError
	if !errors.As(r.failure, &failed) {
		return r.failure
	}
	return fmt.Errorf("%s: %s, and is not tried again after %d failures\nhint: the errors of the cases before say what it printed",
		r.group.Label, failed.Briefly(), r.failures)
}
