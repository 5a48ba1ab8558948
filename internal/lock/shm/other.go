//go:build !linux

package shm

import (
	"errors"
	"os"
)

var errLinuxOnly = errors.New("the runners of a machine can tell one another of holders and starts on Linux only")

// ErrNotAFile is not used here.
var ErrNotAFile = errLinuxOnly

// Look does not exist.
type Look struct{}

// NewLook fails.
func NewLook() (*Look, error) { return nil, errLinuxOnly }

// Close does nothing.
func (*Look) Close() {}

// Take fails.
func (*Look) Take(int) error { return errLinuxOnly }

// ReadOpen fails.
func (*Look) ReadOpen(*os.File, int64) ([]byte, error) { return nil, errLinuxOnly }

// Mine fails.
func (*Look) Mine(string, string, int64) (string, []byte, error) { return "", nil, errLinuxOnly }

// Others fails.
func (*Look) Others(string, string, int64, func([]byte)) error { return errLinuxOnly }

// Own fails.
func Own(string) (string, error) { return "", errLinuxOnly }

// All returns none.
func All(string, string) ([]string, error) { return nil, nil }

// Visit returns why there is nothing to visit.
func Visit(string, func(*Look, string) error) []error { return []error{errLinuxOnly} }

// Identity fails.
func Identity() (uint64, error) { return 0, errLinuxOnly }

// Open fails.
func Open(string) (*os.File, error) { return nil, errLinuxOnly }

// Read fails.
func Read(string, int64) ([]byte, error) { return nil, errLinuxOnly }

// Write fails.
func Write(string, []byte) error { return errLinuxOnly }
