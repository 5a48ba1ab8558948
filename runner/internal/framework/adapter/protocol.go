package adapter

import (
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// protocol is the version of the protocol; docs/adapters.md describes it.
const protocol = "1"

// command is a line from the runner.
type command struct {
	// Command is "run" or "end".
	Command string `json:"command"`
	// Cases are the names of those that are to run, in order.
	Cases []string `json:"cases"`
	// Env are variables that these have besides the worker's.
	Env map[string]string `json:"env"`
	// StopAtBad is whether the worker is to be done after a case that is bad.
	StopAtBad bool `json:"stop_at_bad"`
	// EndScopes is whether all that was set up for some of the cases, but not
	// for all that the process may run, ends with the last of them.
	EndScopes bool `json:"end_scopes"`
}

// eventStarted is the event that says that a case begins.
const eventStarted = "started"

// message is a line from a worker.
type message struct {
	Event    string   `json:"event"`
	Case     string   `json:"case"`
	Part     string   `json:"part"`
	Class    string   `json:"class"`
	File     string   `json:"file"`
	Setup    string   `json:"setup"`
	Groups   []string `json:"groups"`
	Serial   bool     `json:"serial"`
	Asked    bool     `json:"asked"`
	Complete bool     `json:"complete"`
	Count    int      `json:"count"`
	MaxFail  int      `json:"max_fail"`
	Exit     int      `json:"exit"`
	Status   string   `json:"status"`
	Type     string   `json:"type"`
	Message  string   `json:"message"`
	Output   string   `json:"output"`
	Text     string   `json:"text"`
	Seconds  float64  `json:"seconds"`
}

func (m message) listed() event.Listed {
	return event.Listed{
		Case: event.Case{Name: m.Case, Class: m.Class}, File: m.File, Setup: m.Setup, Marks: m.Groups, Serial: m.Serial,
		Asked: m.Asked,
	}
}

var statuses = map[string]event.Status{
	"passed": event.Passed, "failed": event.Failed, "errored": event.Errored, "skipped": event.Skipped,
}

func (m message) result() event.Result {
	status, ok := statuses[m.Status]
	if !ok {
		status, m.Message = event.Errored, "the adapter reports the status "+m.Status+", which does not exist"
	}
	return event.Result{
		Outcome: event.Outcome{Status: status, Type: m.Type, Message: m.Message},
		Ran:     time.Duration(m.Seconds * float64(time.Second)),
	}
}
