// Package keeper is what the runners of a user and their keeper say to one another.
//
// A keeper is a process of `interlock services`, outside of any sandbox. It starts what the units
// of resource groups stand for, and lends it to one test process after another, so that a database
// is started once and not once for each of them. The parts are:
//
//   - keeper: the messages;
//   - socket: where they meet, and that both are the same user's;
//   - connection: messages on a socket;
//   - borrow: what a runner does to have an instance;
//   - loan: an instance that is lent;
//   - digest: what an instance was made of.
//
// A keeper excludes nobody: whoever borrows a unit's instance holds the unit. So a keeper that is
// stopped, killed or wrong costs time or an infrastructure failure, and never lets two cases meet.
// docs/guide/services.md says what users see of it.
package keeper

import (
	"time"

	"github.com/interlock-build/rules_interlock/internal/service"
)

// Version is the version of the messages. A keeper answers another one with its own, and nothing
// else.
const Version = 1

// Request is a message to a keeper. The first one on a connection says what it is for.
type Request struct {
	// Version is Version.
	Version int `json:"version,omitempty"`
	// Use asks for an instance.
	Use *Use `json:"use,omitempty"`
	// Files are the files of its programs, which the keeper has asked for.
	Files []File `json:"files,omitempty"`
	// Look asks whether the instance still runs: the answer is Looked.
	Look bool `json:"look,omitempty"`
	// Unusable says why the instance that was lent cannot be used, so that another one is.
	Unusable string `json:"unusable,omitempty"`
	// Done gives it back. Without it the connection ends with a borrower that may have been killed.
	Done bool `json:"done,omitempty"`
	// Lost gives up an instance that something of the borrower may still use, since it has lost the
	// unit.
	Lost bool `json:"lost,omitempty"`
	// Attach keeps the keeper for as long as the connection, and Pin until it is told to end.
	Attach bool `json:"attach,omitempty"`
	Pin    bool `json:"pin,omitempty"`
	// Status asks for all services.
	Status bool `json:"status,omitempty"`
	// Down ends the keeper.
	Down *Down `json:"down,omitempty"`
}

// Use is an instance that a runner wants, whose unit it holds.
type Use struct {
	// Place is the group's identity among all groups of the machine.
	Place string `json:"place"`
	// Slot is the number of the unit.
	Slot int `json:"slot"`
	// Borrower is the label of the test, for people.
	Borrower string `json:"borrower"`
	// Digest changes with everything that the instance is made of.
	Digest string `json:"digest"`
	// IdleTimeout is how long the instance may go unused, more than 0.
	IdleTimeout time.Duration `json:"idle_timeout"`
	// Network is the network namespace of the borrower.
	Network string `json:"network"`
	// Workspace is the folder of its runfiles in which the programs run.
	Workspace string `json:"workspace"`
	// Spec says how to start it. The paths of its programs are runfiles paths.
	Spec service.Spec `json:"spec"`
}

// File is a runfile.
type File struct {
	// Runfile is its path among the runfiles.
	Runfile string `json:"runfile"`
	// Path is where it is, outside of any sandbox.
	Path string `json:"path"`
	// version changes when it is written.
	version string
}

// Down is how a keeper ends.
type Down struct {
	// Now does not wait for those who use an instance.
	Now bool `json:"now,omitempty"`
}

// Reply is a message from a keeper.
type Reply struct {
	// Version is Version.
	Version int `json:"version"`
	// Alive says only that the keeper is at work. While somebody waits it comes each second.
	Alive bool `json:"alive,omitempty"`
	// WantsFiles asks for Request.Files.
	WantsFiles bool `json:"wants_files,omitempty"`
	// Lent is the instance.
	Lent *Lent `json:"lent,omitempty"`
	// Failed says why it could not be started.
	Failed *Failed `json:"failed,omitempty"`
	// Refused says why the keeper lends nothing.
	Refused string `json:"refused,omitempty"`
	// Looked answers Request.Look. Died says how the instance that is lent has ended; empty if it has
	// not.
	Looked bool   `json:"looked,omitempty"`
	Died   string `json:"died,omitempty"`
	// Services answers Request.Status.
	Services []Service `json:"services,omitempty"`
	// PID is the keeper's process.
	PID int `json:"pid,omitempty"`
}

// Lent is an instance as its borrower sees it.
type Lent struct {
	// Values are what the setup has printed, and the port.
	Values map[string]string `json:"values"`
	// Folder is its TEST_TMPDIR.
	Folder string `json:"folder"`
	// Log is the file with what it prints.
	Log string `json:"log"`
}

// Failed is a service.SetupError.
type Failed struct {
	Setup string `json:"setup"`
	Err   string `json:"err"`
	Said  string `json:"said,omitempty"`
}

// Service is an instance that a keeper has, or has tried to start.
type Service struct {
	// Name names the unit, as in "//db:pg: instance pg0".
	Name string `json:"name"`
	// Place is the group's identity, and Slot the number of the unit.
	Place string `json:"place"`
	Slot  int    `json:"slot"`
	// State is what happens to it.
	State State `json:"state"`
	// Since is the begin of State.
	Since time.Time `json:"since"`
	// Borrower is who has it now, or for whom something happens to it.
	Borrower string `json:"borrower,omitempty"`
	// Started is when its setup had run; zero if it is not up.
	Started time.Time `json:"started,omitzero"`
	// Reset is when it was last put back into its first state; zero if it never was.
	Reset time.Time `json:"reset,omitzero"`
	// Uses is how often it was lent.
	Uses int `json:"uses"`
	// Log is the file with what it prints.
	Log string `json:"log,omitempty"`
}

// State is what happens to an instance.
type State string

// The states.
const (
	Starting  State = "starting"
	Resetting State = "resetting"
	InUse     State = "in use"
	Idle      State = "idle"
	Failing   State = "failed"
	Ending    State = "ending"
)
