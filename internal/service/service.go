// Package service is what a unit of a resource group stands for, from the program that starts it,
// its setup, to its end: a database server, a container, an emulator. The parts are:
//
//   - service: what has to be known to start one;
//   - instance, reply, answer: one that was started, and what its setup says of it;
//   - daemon: the process that a setup has named;
//   - check: the programs that look after an instance: health and reset;
//   - environ, port, folder: what these programs find;
//   - setuperror, tail: what people learn of them.
//
// docs/guide/instances.md has the protocol.
package service

import (
	"io"
	"time"
)

// Spec is what has to be known of a unit to start what it stands for.
type Spec struct {
	// Name names the unit for people, as in "//db:pg: instance pg0".
	Name string `json:"name"`
	// Setup starts it.
	Setup Program `json:"setup"`
	// Health ends with exit code 0 if an instance works; nil if nothing tells.
	Health *Program `json:"health,omitempty"`
	// Reset puts an instance back into its first state; nil if nothing does.
	Reset *Program `json:"reset,omitempty"`
	// Timeout is how long each of Setup, with Health, and Reset may take.
	Timeout time.Duration `json:"timeout"`
	// Dir is where the programs run; empty means the folder of this process.
	Dir string `json:"dir,omitempty"`
	// Environ is their environment as NAME=value, without Variables.
	Environ []string `json:"environ"`
	// Variables are the variables of the group, as templates by name. The setup finds those whose
	// fields are known before it has run.
	Variables map[string]string `json:"variables"`
	// Fields are the values of fields, but for the port and for what the setup prints.
	Fields map[string]string `json:"fields"`
}

// Program is a program that belongs to a unit.
type Program struct {
	// Name is the name that people know.
	Name string `json:"name"`
	// Path is its file.
	Path string `json:"path"`
}

// Options are what the instances of a process have in common.
type Options struct {
	// TmpDir is the folder for the instances' folders; empty means the system's.
	TmpDir string
	// LinkDir is the folder for short links to them; empty means the system's for temporary files.
	LinkDir string
	// Log also gets what the programs print; nil means nobody.
	Log io.Writer
	// Gone is called when nothing is left of an instance; may be nil.
	Gone func()
}
