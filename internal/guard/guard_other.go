//go:build !linux

package guard

// Start does nothing: only on Linux do locks belong to a process's files.
func Start(func(error)) error { return nil }

// Pid returns 0.
func Pid() int { return 0 }

// Stop does nothing.
func Stop() {}

// Kept is nothing.
type Kept struct{}

// Keep does nothing.
func Keep([]int) Kept { return Kept{} }

// Drop does nothing.
func (Kept) Drop() {}

// Watch does nothing.
func Watch(int) (forget func()) { return func() {} }
