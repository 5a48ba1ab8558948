package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

func TestParseLog(t *testing.T) {
	got, err := parseLog(strings.NewReader(`
{"event":"start","run":"@@//t:a 2","pid":7,"uses":[{"group":"db","weight":1},{"group":"api","weight":2},{"group":"port","weight":1,"shared":true}],"facts":{"locks":"k8-opt","network":"net:[1]"}}
{"event":"end","run":"//t:a 2","case":"TestX"}
{"event":"start","run":"//t:a 1 left","born":60250000000,"uses":[{"group":"db","weight":1,"fence":17},{"group":"api","weight":1,"fence":18}]}
`[1:]))
	want := []record{
		{run{"", "//t:a", 2, ""}, caselog.Record{
			Event: caselog.Start, At: 1, Run: "@@//t:a 2", PID: 7,
			Uses:  []caselog.Use{{Group: "db", Weight: 1}, {Group: "api", Weight: 2}, {Group: "port", Weight: 1, Shared: true}},
			Facts: map[string]string{locks: "k8-opt", network: "net:[1]"},
		}},
		{run{"", "//t:a", 2, "TestX"}, caselog.Record{Event: caselog.End, At: 2, Run: "//t:a 2", Case: "TestX"}},
		{run{"left", "//t:a", 1, ""}, caselog.Record{
			Event: caselog.Start, At: 3, Run: "//t:a 1 left", Born: 60250000000,
			Uses: []caselog.Use{{Group: "db", Weight: 1, Fence: 17}, {Group: "api", Weight: 1, Fence: 18}},
		}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("parseLog: %+v, %v; want %+v", got, err, want)
	}
}

// TestBrokenInputIsAnError: unreadable input must not count as sound.
func TestBrokenInputIsAnError(t *testing.T) {
	const sound = `{"event":"start","run":"//t:a 1","pid":7,"uses":[{"group":"db","weight":1}]}`
	for name, input := range map[string]struct{ log, events string }{
		"half a line":    {log: sound + "\n" + sound[:len(sound)/2]},
		"two in a line":  {log: sound + sound},
		"no weight":      {log: strings.Replace(sound, `"weight":1`, `"weight":"much"`, 1)},
		"a weight of 0":  {log: strings.Replace(sound, `"weight":1`, `"weight":0`, 1)},
		"no resource":    {log: strings.Replace(sound, `"db"`, `""`, 1)},
		"no run":         {log: strings.Replace(sound, "//t:a 1", "//t:a", 1)},
		"no number":      {log: strings.Replace(sound, "//t:a 1", "//t:a left", 1)},
		"no time":        {log: strings.Replace(sound, `"pid"`, `"born":"soon","pid"`, 1)},
		"no token":       {log: strings.Replace(sound, `"weight"`, `"fence":"","weight"`, 1)},
		"no target":      {log: `{"event":"end","run":"1"}`},
		"another event":  {log: strings.Replace(sound, "start", "touch", 1)},
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
