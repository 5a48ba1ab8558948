//go:build !linux

package service

import "errors"

// reservation does not exist here.
type reservation struct{ port int }

func reservePort() (*reservation, error) {
	return nil, errors.New("reserving a port works only on Linux")
}

func (*reservation) end() {}
