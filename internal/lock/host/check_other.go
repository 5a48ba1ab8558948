//go:build !linux

package host

// check has nothing to say: the register fails closed here.
func check(string) error { return nil }
