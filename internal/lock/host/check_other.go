//go:build !linux

package host

// check does nothing: the register fails closed here.
func check(string) error { return nil }
