//go:build !linux

package child

import (
	"context"
	"errors"
)

// Serve fails: only on Linux do orphans become children of this process, so that it can see what
// a program has left.
func Serve(context.Context, Command, func(pid int), func(Result)) error {
	return errors.New("programs that leave others running are run only on Linux")
}
