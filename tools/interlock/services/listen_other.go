//go:build !linux

package services

import "errors"

// ErrUp says that the user has a keeper already.
var ErrUp = errors.New("a keeper is up already")

// Listen fails: runners start services only on Linux.
func Listen() (l Listener, folder string, err error) {
	return nil, "", errors.New("services are kept only on Linux")
}

// Clear does nothing.
func Clear(folder, pattern string) {}
