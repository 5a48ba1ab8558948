package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// Use is the value of a ticket, a share and a unit: the user of the group, and the way of use.
type Use struct {
	// ID names the use; it is the same in all its keys.
	ID string `json:"id"`
	// User is the user of the group, and the time since which it waits or holds.
	User lock.User `json:"user"`
	// Mode and Weight are the ones of the need.
	Mode   group.Mode `json:"mode"`
	Weight int        `json:"weight"`
}

// Definition is the value of a definition: a group's definition, and the user that has it.
type Definition struct {
	Definition group.Definition `json:"definition"`
	User       lock.User        `json:"user"`
	// Ticket is the key of the use's first ticket, by which another process can go on with a use
	// that has a name; empty if there was none.
	Ticket string `json:"ticket,omitempty"`
}

// Format returns a value as it is stored.
func Format[T Use | Definition](value T) string {
	text, _ := json.Marshal(value) // of numbers, strings and a time of this age: cannot fail
	return string(text)
}

// ParseUse reads a use strictly.
func ParseUse(text string) (Use, error) {
	var u Use
	err := parse(text, &u)
	if err == nil && (u.ID == "" || u.Weight < 1) {
		err = errors.New("no ID, or a weight below 1")
	}
	return u, err
}

// ParseDefinition reads a definition strictly.
func ParseDefinition(text string) (Definition, error) {
	var d Definition
	err := parse(text, &d)
	if err == nil && d.Definition.Capacity < 1 {
		err = errors.New("a capacity below 1")
	}
	return d, err
}

func parse(text string, value any) error {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}
