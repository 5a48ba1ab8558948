package doctor

import (
	"errors"

	"github.com/interlock-build/rules_interlock/internal/lock/build"
)

// isCopy reports whether an error says that lock files are copies.
func isCopy(err error) bool {
	var copied *build.CopyError
	return errors.As(err, &copied)
}
