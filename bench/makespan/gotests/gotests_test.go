package gotests_test

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/bench/makespan/gotests"
	"github.com/interlock-build/rules_interlock/bench/simulation"
	"github.com/interlock-build/rules_interlock/bench/sleeping"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/plan"
)

func TestWorkloads(t *testing.T) {
	for _, w := range gotests.Workloads() {
		if _, err := parser.ParseFile(token.NewFileSet(), "x.go", w.Source(), 0); err != nil {
			t.Errorf("%s: %v", w.Name, err)
		}
		names := map[string]bool{}
		for _, c := range w.Cases {
			names[c.Name] = true
			for _, n := range c.Needs {
				if glob := strings.Replace(n.Group, "//:", "_", 1) + "_"; !strings.Contains(c.Name, glob) {
					t.Errorf("%s is in %s", c.Name, n.Group)
				}
			}
		}
		if len(names) != len(w.Cases) {
			t.Errorf("%s: %d names of %d cases", w.Name, len(names), len(w.Cases))
		}
	}
}

// two is a workload of two cases in a group of capacity 1.
var two = gotests.Workload{Workload: simulation.Workload{
	Cases: []plan.Case{
		{Name: "A", Needs: []group.Need{{Group: "//:db", Weight: 1}}},
		{Name: "B", Needs: []group.Need{{Group: "//:db", Weight: 1}}},
	},
	Capacity: map[string]int{"//:db": 1},
}}

func span(name string, begin, end int64) []sleeping.Event {
	return []sleeping.Event{
		{Name: name, Begins: true, At: time.Unix(begin, 0)},
		{Name: name, At: time.Unix(end, 0)},
	}
}

func TestMakespan(t *testing.T) {
	for _, test := range []struct {
		log  [][]sleeping.Event
		want string
	}{
		{[][]sleeping.Event{span("A", 1, 3), span("B", 3, 7)}, ""},
		{[][]sleeping.Event{span("B", 4, 7), span("A", 1, 3)}, ""},
		{[][]sleeping.Event{span("A", 1, 4), span("B", 3, 7)}, "B began while //:db was used up"},
		{[][]sleeping.Event{span("A", 1, 7)}, "B began 0 times and ended 0 times\n2 events of 2 cases"},
		{[][]sleeping.Event{span("A", 1, 2), span("B", 3, 7), span("A", 8, 9)}, "A began 2 times and ended 2 times\n6 events of 2 cases"},
		{[][]sleeping.Event{span("A", 1, 2), span("B", 3, 7), span("C", 8, 9)}, "6 events of 2 cases"},
	} {
		var log []sleeping.Event
		for _, s := range test.log {
			log = append(log, s...)
		}
		makespan, err := two.Makespan(log)
		switch {
		case test.want == "" && (err != nil || makespan != 6*time.Second):
			t.Errorf("%v: got %v, %v", log, makespan, err)
		case test.want != "" && (err == nil || err.Error() != test.want):
			t.Errorf("%v: got error %v, want %s", log, err, test.want)
		}
	}
}

func TestMoreCasesThanWorkers(t *testing.T) {
	var many gotests.Workload
	var log []sleeping.Event
	for i := range gotests.Workers + 1 {
		name := string(rune('A' + i))
		many.Cases = append(many.Cases, plan.Case{Name: name})
		log = append(log, span(name, 1, 2)...)
	}
	if _, err := many.Makespan(log); err == nil || err.Error() != "I began as number 9 of those that run" {
		t.Errorf("got %v", err)
	}
}
