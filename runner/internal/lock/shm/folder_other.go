//go:build !linux

package shm

import (
	"errors"
	"os"
)

var errLinuxOnly = errors.New("the runners of a machine can tell one another of holders and starts on Linux only")

// ErrNotAFile is not used here.
var ErrNotAFile = errLinuxOnly

// Own fails.
func Own(string) (string, error) { return "", errLinuxOnly }

// All returns none.
func All(string, string) ([]string, error) { return nil, nil }

// List returns why there are none.
func List(string) ([]string, []error) { return nil, []error{errLinuxOnly} }

// Open fails.
func Open(string) (*os.File, error) { return nil, errLinuxOnly }

// Read fails.
func Read(string, int64) ([]byte, error) { return nil, errLinuxOnly }

// Write fails.
func Write(string, []byte) error { return errLinuxOnly }
