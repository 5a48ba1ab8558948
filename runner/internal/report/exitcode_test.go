package report_test

import (
	"testing"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

func TestExitCodes(t *testing.T) {
	var (
		passed  = event.Outcome{}
		skipped = event.Outcome{Status: event.Skipped, Type: event.TypeFailFast}
		exit3   = event.Outcome{Status: event.Failed, Type: event.TypeExit, ExitCode: 3}
		unknown = event.Outcome{Status: event.Failed}
		start   = event.Outcome{Status: event.Errored, Type: event.TypeStart}
		late    = event.Outcome{Status: event.Errored, Type: event.TypeTimeout}
		broken  = event.Outcome{Status: event.Errored, Type: event.TypeInfrastructure, Message: "no locks"}
	)
	for name, c := range map[string]struct {
		outcomes []event.Outcome
		want     int
	}{
		"no case":                               {nil, 0},
		"all passed":                            {[]event.Outcome{passed, passed}, 0},
		"skipped":                               {[]event.Outcome{skipped, passed}, 0},
		"one case passes its exit code on":      {[]event.Outcome{exit3}, 3},
		"one case without an exit code":         {[]event.Outcome{unknown}, 1},
		"one case that could not start":         {[]event.Outcome{start}, 1},
		"one of several":                        {[]event.Outcome{passed, exit3}, 1},
		"several":                               {[]event.Outcome{exit3, exit3}, 1},
		"timeout":                               {[]event.Outcome{late}, 124},
		"timeout after a failure":               {[]event.Outcome{exit3, late}, 124},
		"infrastructure":                        {[]event.Outcome{broken}, 69},
		"infrastructure outweighs all the rest": {[]event.Outcome{exit3, late, broken, passed}, 69},
	} {
		v := &report.Verdict{}
		v.Handle(started("x"))
		for _, o := range c.outcomes {
			v.Handle(finished("x", o))
		}
		if got := v.ExitCode(); got != c.want || v.Bad() != (c.want != 0) {
			t.Errorf("%s: exit code %d, bad %v; want %d", name, got, v.Bad(), c.want)
		}
		if wantMessage := map[bool]string{true: "no locks"}[c.want == 69]; v.Infrastructure() != wantMessage {
			t.Errorf("%s: infrastructure %q", name, v.Infrastructure())
		}
	}
}
