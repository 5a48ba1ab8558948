// Package instance is what stands for a unit in service chaos: a setup, the server that it starts,
// a health check that may lie, and a reset that may fail. The parts are:
//
//   - instance: what all of them know, and the programs by their names;
//   - setup, server, health, reset: the programs.
package instance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// LogVariable has the path of the log.
const LogVariable = "CHAOS_LOG"

// Files in the folder of an instance.
const (
	// UsedBy has the run that uses the instance.
	UsedBy = "used-by"
	// socket is where the server listens, id is the instance's, and up says that it was well once.
	socket, id, up = "s", "id", "up"
)

// Events in the log, of the programs of an instance when they begin.
const (
	Setup  caselog.Event = "setup"
	Server caselog.Event = "server"
	Health caselog.Event = "health"
	Reset  caselog.Event = "reset"
)

// Facts in the log.
const (
	ID    = "id"
	Group = "group"
	Dir   = "dir"
)

// Run is the run in the records of services.
const Run = "services"

// Config is how the instances of a group behave.
type Config struct {
	// Group is what the log calls it.
	Group string `json:"group"`
	Style Style  `json:"style"`
	// Fails is how often of a hundred times the setup fails.
	Fails int `json:"fails"`
	// Slow is the longest time that the setup takes.
	Slow time.Duration `json:"slow"`
	// Awaited says whether the setup answers only when its server listens.
	Awaited bool `json:"awaited"`
	// Lingers is how long the server goes on after SIGTERM.
	Lingers time.Duration `json:"lingers"`
	// Lie is what the health check does now and then, and Slip what the reset does; empty is nothing.
	Lie  Lie  `json:"lie"`
	Slip Slip `json:"slip"`
}

// Style is which processes an instance consists of.
type Style string

// Styles.
const (
	// Itself: the setup is the server.
	Itself Style = "itself"
	// Beside: the setup and its child, the server; the setup names itself.
	Beside Style = "beside"
	// Left: the setup ends, and leaves and names a server in its process group.
	Left Style = "left"
	// Daemon: the same in a session of its own.
	Daemon Style = "daemon"
)

// Styles are all styles.
var Styles = []Style{Itself, Beside, Left, Daemon}

// Lie is what a health check does wrong.
type Lie string

// Lies.
const (
	// Well: it says that all is well as soon as it was well once.
	Well Lie = "well"
	// Ill: it sometimes says that something is wrong.
	Ill Lie = "ill"
	// Hangs: it sometimes hangs.
	Hangs Lie = "hangs"
)

// Lies are all lies.
var Lies = []Lie{Well, Ill, Hangs}

// Slip is what a reset sometimes does wrong, when it has done nothing, or all.
type Slip string

// Slips.
const (
	SlipFails Slip = "fails"
	SlipHangs Slip = "hangs"
	SlipDies  Slip = "dies"
)

// Slips are all slips.
var Slips = []Slip{SlipFails, SlipHangs, SlipDies}

// Main is the program with that name, of an instance whose configuration is in JSON.
func Main(program, config string) error {
	var c Config
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		return err
	}
	switch caselog.Event(program) {
	case Setup:
		return c.setup(config)
	case Server:
		return c.serve(func() error { return nil })
	case Health:
		return c.health()
	case Reset:
		return c.reset()
	}
	return fmt.Errorf("there is no program %q", program)
}

// folder is that of the instance.
func folder() string { return os.Getenv("TEST_TMPDIR") }

func own() string {
	text, _ := os.ReadFile(filepath.Join(folder(), id))
	return string(text)
}

// say tells the log that a program begins.
func (c Config) say(event caselog.Event) error {
	log, err := caselog.Append(os.Getenv(LogVariable))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	return log.Write(caselog.Record{
		Event: event, At: caselog.Now(), Run: Run, PID: os.Getpid(), Facts: map[string]string{ID: own(), Group: c.Group, Dir: folder()},
	})
}

// happens is true in so many of a hundred cases.
func happens(percent int) bool { return rand.IntN(100) < percent }

// hang does nothing, for ever.
func hang() {
	for {
		time.Sleep(time.Hour)
	}
}

// answering is how long a server may take to answer.
const answering = 3 * time.Second

// Ping returns an error unless the instance in a folder works, and is the one with that id.
func Ping(folder, id string) error {
	c, err := net.DialTimeout("unix", filepath.Join(folder, socket), answering)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(answering))
	answer := make([]byte, 100)
	n, err := c.Read(answer)
	if err != nil {
		return fmt.Errorf("the server: %w", err)
	}
	if got := strings.TrimSpace(string(answer[:n])); got != id {
		return fmt.Errorf("this is the server %q, and not %q", got, id)
	}
	return nil
}
