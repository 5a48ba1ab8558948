package main

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestParseLog(t *testing.T) {
	got, err := parseLog(strings.NewReader(
		"start target=@@//t:a run=2 uses=db,api=2,port=shared locks=k8-opt network=net:[1] pid=7\nend target=//t:a run=2 case=TestX uses= locks=\n" +
			"start build=left target=//t:a run=1 began=60.25 fences=db=17,api=18\n"))
	want := []record{
		{run: run{"", "//t:a", 2, ""}, start: true, uses: []use{{"db", 1, false}, {"api", 2, false}, {"port", 1, true}}, locks: "k8-opt", network: "net:[1]"},
		{run: run{"", "//t:a", 2, "TestX"}},
		{run: run{"left", "//t:a", 1, ""}, start: true, began: 60250 * time.Millisecond, fences: map[string]int64{"db": 17, "api": 18}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("parseLog: %+v, %v; want %+v", got, err, want)
	}
}

// TestBrokenInputIsAnError: unreadable input must not count as sound.
func TestBrokenInputIsAnError(t *testing.T) {
	for name, input := range map[string]struct{ log, events string }{
		"half a line":    {log: "start target=//t:a run=1 uses=db\nst"},
		"two in a line":  {log: "start target=//t:a run=1 uses=dbstart target=//t:b run=1 uses=db end"},
		"no weight":      {log: "start target=//t:a run=1 uses=db=much"},
		"no run":         {log: "start target=//t:a uses=db"},
		"no time":        {log: "start target=//t:a run=1 began=soon"},
		"no token":       {log: "start target=//t:a run=1 fences=db"},
		"no target":      {log: "end run=1"},
		"broken events":  {events: `{"id":`},
		"no JSON at all": {events: "started"},
	} {
		t.Run(name, func(t *testing.T) {
			if code, output := runChecker(t, input.log, input.events); code != 2 {
				t.Errorf("exit code %d and %q, want 2", code, output)
			}
		})
	}
	if code := check([]string{"checker"}, &strings.Builder{}, &strings.Builder{}); code != 2 {
		t.Errorf("without arguments: exit code %d, want 2", code)
	}
}
