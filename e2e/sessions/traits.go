package main

import "strings"

// traits are what a suite does that has consequences elsewhere. The rules use them.
type traits int

const (
	// stops: something ends the session before all tests have run.
	stops traits = 1 << iota
	// wideEnd: the end of a fixture that several tests use goes wrong.
	wideEnd
	// dies: a process ends during its session.
	dies
	// uncollected: a file cannot be collected.
	uncollected
	// breaks: pytest ends with an internal error.
	breaks
	// skipsAtEnd: the end of a fixture that several tests use calls pytest.skip.
	skipsAtEnd
	// stopsAtEnd: the end of a fixture ends the session.
	stopsAtEnd
	// stopsTwice: two things end the session.
	stopsTwice
)

func (t traits) has(one traits) bool { return t&one != 0 }

func (t traits) String() string {
	var names []string
	for i, name := range []string{"stops", "wide end", "dies", "uncollected", "breaks", "skips at end", "stops at end", "stops twice"} {
		if t.has(1 << i) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
