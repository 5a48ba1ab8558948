// Package coordinator finds out which etcd cluster coordinates the groups of
// scope cluster on this machine.
//
// The configuration is in a well-known file, so that it is not part of what Bazel hashes for a
// test. docs/design/cluster.md has the format.
package coordinator

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

const (
	// File is the well-known file with the configuration of the machine.
	File = "/etc/interlock/coordinator.json"
	// Variable replaces File. It has the path of another such file, or endpoints separated by
	// commas.
	Variable = "INTERLOCK_COORDINATOR"
)

// ErrNone is the error of Find if no coordinator is configured.
var ErrNone = errors.New("groups of scope \"cluster\" need a coordinator, and this machine names none: " +
	"write the endpoints of an etcd cluster to " + File + ", as in {\"endpoints\": [\"https://etcd.example:2379\"]}, " +
	"or set " + Variable + " to the path of such a file or to the endpoints, with commas in between " +
	"(for Bazel: --test_env=" + Variable + ")")

// Find returns the configuration of this machine, or the one that the environment variable names.
// It returns ErrNone, or an error that says what is wrong with the configuration, and where.
func Find(lookup func(string) (string, bool)) (Config, error) { return find(lookup, File) }

func find(lookup func(string) (string, bool), wellKnown string) (Config, error) {
	value, _ := lookup(Variable)
	switch {
	case strings.Contains(value, "://"):
		config, err := fromEndpoints(value)
		if err != nil {
			err = fmt.Errorf("the variable %s: %w", Variable, err)
		}
		return config, err
	case value != "":
		config, err := Read(value)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("the variable %s should name a file, or endpoints as in https://etcd.example:2379: %w", Variable, err)
		}
		return config, err
	}
	config, err := Read(wellKnown)
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNone
	}
	return config, err
}

func fromEndpoints(list string) (Config, error) {
	c := Config{Endpoints: strings.Split(list, ",")}
	for i, endpoint := range c.Endpoints {
		c.Endpoints[i] = strings.TrimSpace(endpoint)
	}
	return c.complete()
}
