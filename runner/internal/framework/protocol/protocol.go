package protocol

import (
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// protocol is the version of the protocol; docs/reference/adapters.md describes it.
const protocol = "1"

// command is a line from the runner.
type command struct {
	// Command is "run", "stop", "names" or "end".
	Command string `json:"command"`
	// Cases are the names of the cases to run, in order.
	Cases []string `json:"cases"`
	// Env are variables that these cases have in addition to the worker's.
	Env map[string]string `json:"env"`
	// StopAtBad says whether the worker stops after a bad case.
	StopAtBad bool `json:"stop_at_bad"`
	// EndScopes says whether everything that was set up for some of the cases, but not for all
	// that the process may run, ends with the last of them.
	EndScopes bool `json:"end_scopes"`
	// Retried are cases whose results from this worker do not count, because they have run again.
	Retried []string `json:"retried,omitempty"`
}

// eventStarted is the event for the beginning of a case.
const eventStarted = "started"

// message is a line from a worker.
type message struct {
	Event       string      `json:"event"`
	Case        string      `json:"case"`
	Cases       []string    `json:"cases"`
	Part        string      `json:"part"`
	Name        string      `json:"name"`
	Value       string      `json:"value"`
	Class       string      `json:"class"`
	File        string      `json:"file"`
	Setup       string      `json:"setup"`
	Groups      []string    `json:"groups"`
	Serial      bool        `json:"serial"`
	Asked       bool        `json:"asked"`
	Complete    bool        `json:"complete"`
	Digest      string      `json:"digest"`
	Suite       string      `json:"suite"`
	Count       int         `json:"count"`
	MaxFail     int         `json:"max_fail"`
	MaxWarnings *int        `json:"max_warnings"`
	PID         int         `json:"pid"`
	Exit        int         `json:"exit"`
	Forgives    bool        `json:"forgives"`
	WaitsFor    []string    `json:"waits_for"`
	Status      string      `json:"status"`
	Type        string      `json:"type"`
	Message     string      `json:"message"`
	Output      string      `json:"output"`
	Text        string      `json:"text"`
	Seconds     float64     `json:"seconds"`
	Properties  [][2]string `json:"properties"`
	Attributes  [][2]string `json:"attributes"`
}

func (m message) listed() event.Listed {
	return event.Listed{
		Case: m.named(), File: m.File, Setup: m.Setup, Marks: m.Groups, Serial: m.Serial,
		Asked: m.Asked,
	}
}

// named is the case that the message describes.
func (m message) named() event.Case {
	c := event.Case{Name: m.Case, Class: m.Class}
	if m.Name != m.Case {
		c.Title = m.Name
	}
	return c
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
		Outcome:    event.Outcome{Status: status, Type: m.Type, Message: m.Message, Text: m.Text},
		Ran:        time.Duration(m.Seconds * float64(time.Second)),
		Properties: propertiesOf(m.Properties),
		Attributes: propertiesOf(m.Attributes),
	}
}

func propertiesOf(pairs [][2]string) (properties []event.Property) {
	for _, p := range pairs {
		properties = append(properties, event.Property{Name: p[0], Value: p[1]})
	}
	return properties
}
