package caselog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/bench/seed/caselog"
)

// ran is a test of a group that passed, in a process.
func ran(name, group string, process int, begin, end time.Duration) caselog.Entry {
	return caselog.Entry{Case: name, Group: group, Process: process, Begin: begin, End: end, Outcome: "passed"}
}

func TestParse(t *testing.T) {
	log, err := caselog.Parse([]byte(`
{"case": "t.py::b", "group": "", "worker": "gw1", "process": 7, "begin": 30, "end": 40, "outcome": "failed"}
{"case": "t.py::a", "group": "api", "worker": "gw0", "process": 6, "begin": 20, "end": 50, "outcome": "passed"}
`[1:]))
	if err != nil {
		t.Fatal(err)
	}
	want := caselog.Log{
		{Case: "t.py::a", Group: "api", Worker: "gw0", Process: 6, Begin: 20, End: 50, Outcome: "passed"},
		{Case: "t.py::b", Worker: "gw1", Process: 7, Begin: 30, End: 40, Outcome: "failed"},
	}
	if fmt.Sprint(log) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", log, want)
	}
	if log.Makespan() != 30 || log.Count("failed") != 1 || log.Processes() != 2 {
		t.Errorf("makespan %d, %d failed, %d processes", log.Makespan(), log.Count("failed"), log.Processes())
	}
}

// An incomplete line, or some other text, is not a log.
func TestParseErrors(t *testing.T) {
	for _, text := range []string{
		"{", "{}", "passed", `{"case": "a", "when": 1}`, `{"case": "a", "begin": 2, "end": 1}`,
	} {
		if _, err := caselog.Parse([]byte(text)); err == nil {
			t.Errorf("%s is no line, and yet no error", text)
		}
	}
}

func TestChecks(t *testing.T) {
	good := caselog.Log{ran("a", "api", 1, 0, 10), ran("b", "api", 1, 10, 20), ran("c", "", 1, 20, 30)}
	cases := []string{"a", "b", "c"}
	failed := append(caselog.Log{}, good...)
	failed[1].Outcome = "failed"
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"once":                {good.Once(cases), ""},
		"twice":               {append(good, ran("b", "", 2, 40, 50)).Once(cases), "b ran 2 times"},
		"not at all":          {good[1:].Once(cases), "a ran 0 times"},
		"unknown":             {good.Once(cases[:2]), "c is none of the tests"},
		"many":                {caselog.Log{}.Once(make([]string, 99)), "and 89 more"},
		"passed":              {good.Passed(), ""},
		"failed":              {failed.Passed(), "b failed"},
		"one at once":         {good.AtMost(1, "api"), ""},
		"two of one at once":  {append(good, ran("d", "api", 2, 19, 25)).AtMost(1, "api"), "2 tests of api ran at once, and not 1 at most"},
		"two of two at once":  {append(good, ran("d", "api", 2, 19, 25)).AtMost(2, "api"), ""},
		"beside another":      {append(good, ran("d", "", 2, 5, 25)).AtMost(1, "api"), ""},
		"around all others":   {append(good, ran("d", "api", 2, 0, 99)).AtMost(1, "api"), "2 tests of api ran at once, and not 1 at most"},
		"in order":            {good.InOrder(cases), ""},
		"in another order":    {good.InOrder([]string{"a", "c", "b"}), "the tests did not run in order"},
		"in two processes":    {append(good, ran("d", "", 2, 30, 40)).InOrder(append(cases, "d")), "2 processes ran tests"},
		"in parallel":         {append(good, ran("d", "", 1, 29, 40)).InOrder(append(cases, "d")), "2 tests ran at once"},
		"in order, and fewer": {good[:2].InOrder(cases), "the tests did not run in order"},
	} {
		switch {
		case c.want == "" && c.err != nil:
			t.Errorf("%s: %v", name, c.err)
		case c.want != "" && (c.err == nil || !strings.Contains(c.err.Error(), c.want)):
			t.Errorf("%s: got error %v, want %s", name, c.err, c.want)
		}
	}
}

func TestBound(t *testing.T) {
	log := caselog.Log{ran("a", "api", 1, 0, 30), ran("b", "api", 1, 30, 60), ran("c", "", 1, 60, 100), ran("d", "", 1, 100, 150)}
	for _, c := range []struct {
		workers, capacity int
		want              time.Duration
		why               string
	}{
		{1, 1, 150, "all the work"},
		{2, 2, 75, "half the work"},
		{2, 1, 75, "half the work, which is more than the group's"},
		{4, 1, 60, "the group's work"},
		{4, 2, 50, "the longest test"},
		{1, 4, 150, "no more at once than there are workers"},
	} {
		if got := log.Bound(c.workers, "api", c.capacity); got != c.want {
			t.Errorf("%d workers, capacity %d: got %d, want %d: %s", c.workers, c.capacity, got, c.want, c.why)
		}
	}
}

func TestRateBound(t *testing.T) {
	log := caselog.Log{ran("a", "api", 1, 0, 30), ran("b", "api", 1, 30, 40), ran("c", "api", 1, 60, 100)}
	for _, c := range []struct {
		starts, atOnce int
		want           time.Duration
	}{{1, 1, 210}, {2, 1, 110}, {3, 1, 50}, {3, 2, 15}, {3, 3, 10}} {
		if got := log.RateBound(c.starts, 100, c.atOnce); got != c.want {
			t.Errorf("%d starts in a window, %d at once: got %d, want %d", c.starts, c.atOnce, got, c.want)
		}
	}
	if got := (caselog.Log{}).RateBound(1, 100, 1); got != 0 {
		t.Errorf("got %d for no tests", got)
	}
}
