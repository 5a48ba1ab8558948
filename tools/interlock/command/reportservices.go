package command

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// Service is an instance that the keeper of services has, or has tried to start.
type Service struct {
	// Name names the unit, as in "//db:pg: instance pg0", and Identity its group: by the scope, a colon
	// and Group.Identity.
	Name     string `json:"name"`
	Identity string `json:"identity"`
	// State is starting, resetting, in use, idle, failed or ending; Since is its begin.
	State string    `json:"state"`
	Since time.Time `json:"since"`
	// Target is the label of the test that has the instance, or for which something happens to it.
	Target string `json:"target,omitempty"`
	// Started is when the setup had run; zero if the instance is not up.
	Started time.Time `json:"started,omitzero"`
	// Uses is how many test processes have had it.
	Uses int `json:"uses"`
	// Reset is when it was last put back into its first state; zero if it never was.
	Reset time.Time `json:"reset,omitzero"`
	// Log is the file with what it has printed.
	Log string `json:"log,omitempty"`
}

// addServices asks the keeper, if one is up.
func (r *Report) addServices() {
	c, err := keeper.Dial()
	if errors.Is(err, keeper.ErrNone) {
		return
	}
	var reply keeper.Reply
	if err == nil {
		defer c.Close()
		reply, err = greet(c, keeper.Request{Version: keeper.Version, Status: true})
	}
	if err != nil {
		r.Problems = append(r.Problems, lock.Clean(err.Error()))
		return
	}
	for _, s := range reply.Services {
		r.Services = append(r.Services, Service{
			Name: lock.Clean(s.Name), Identity: lock.Clean(s.Place), State: string(s.State), Since: s.Since,
			Target: lock.Clean(s.Borrower), Started: s.Started, Uses: s.Uses, Reset: s.Reset, Log: s.Log,
		})
	}
}

// writeServices writes the services for people.
func (r Report) writeServices(w io.Writer) error {
	if len(r.Services) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "services:")
	for _, s := range r.Services {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", s.Name, s.state(), r.since(Use{Since: s.Since}), r.history(s))
	}
	return table.Flush()
}

func (s Service) state() string {
	if s.Target == "" {
		return s.State
	}
	return s.State + ", " + s.Target
}

// history says what has happened to an instance, as in "up for 5m0s, 12 uses, last reset 3s ago".
func (r Report) history(s Service) string {
	if s.Started.IsZero() {
		return "log: " + s.Log
	}
	text := fmt.Sprintf("up for %s, %d uses", r.At.Sub(s.Started).Round(time.Second), s.Uses)
	if !s.Reset.IsZero() {
		text += fmt.Sprintf(", last reset %s ago", r.At.Sub(s.Reset).Round(time.Second))
	}
	return text
}
