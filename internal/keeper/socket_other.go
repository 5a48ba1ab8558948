//go:build !linux

package keeper

// Dial finds no keeper here.
func Dial() (*Connection, error) { return nil, ErrNone }

// Network is unknown here.
func Network() string { return "" }

// CheckPeer is not needed where there is no keeper.
func (*Connection) CheckPeer() error { return nil }

// Kill is not needed, either.
func (*Connection) Kill() (pid int, err error) { return 0, ErrNone }

func (*Connection) isOpen() bool { return false }
