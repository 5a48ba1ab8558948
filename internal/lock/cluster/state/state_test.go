package state_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
)

const namespace = "/interlock/"

var (
	keys       = state.KeysOf(namespace, "acme/llm")
	definition = group.Definition{
		Capacity: 3, Rate: group.Rate{Starts: 60, Window: time.Minute}, Instances: []string{"a", "b", "c"},
	}
)

func use(id string) state.Use {
	return state.Use{ID: id, User: lock.User{Target: "//:t", Case: id, Since: time.Unix(100, 0).UTC()}, Weight: 1}
}

// whole is everything that a group can have.
func whole() []state.Entry {
	big, reader, waiter := use("big"), use("reader"), use("waiter")
	big.Weight, reader.Mode = 2, group.Shared
	return []state.Entry{
		{Key: keys.Definition(definition, "big"), Value: state.Format(state.Definition{Definition: definition, User: big.User})},
		{Key: keys.Definition(definition, "waiter"), Value: state.Format(state.Definition{Definition: definition, User: waiter.User})},
		{Key: keys.Ticket(8, "waiter"), Value: state.Format(waiter)},
		{Key: keys.LastStart(), Value: "0"},
		{Key: keys.Slot(0)},
		{Key: keys.Share("reader"), Value: state.Format(reader), Written: 5},
		{Key: keys.Unit(0), Value: state.Format(big), Written: 7},
		{Key: keys.Unit(1), Value: state.Format(use("small")), Written: 6},
		{Key: keys.Unit(2), Value: state.Format(big), Written: 7},
	}
}

// What the gate has beside the groups is none of them.
func TestParseLeavesTheGateOut(t *testing.T) {
	key := state.KeysOf(state.GateNamespace("/ns/"), "acme/llm").Unit(0)
	groups, err := state.Parse("/ns/", []state.Entry{{Key: key, Value: "{}"}})
	if len(groups) > 0 || err != nil {
		t.Errorf("%v, %v", groups, err)
	}
}

func TestParse(t *testing.T) {
	groups, err := state.Parse(namespace, whole())
	if err != nil || len(groups) != 1 {
		t.Fatalf("%+v, %v", groups, err)
	}
	big, reader := use("big"), use("reader")
	big.Weight, reader.Mode = 2, group.Shared
	want := state.Group{
		Key: "acme/llm", Definition: &definition, Starts: 1,
		Holders: []state.Holder{
			{Use: big, Grant: group.Grant{Slots: []int{0, 2}, Fence: 7}},
			{Use: use("small"), Grant: group.Grant{Slots: []int{1}, Fence: 6}},
			{Use: reader, Grant: group.Grant{Fence: 5}},
		},
		Queue: []state.Use{use("waiter")},
	}
	if !reflect.DeepEqual(groups[0], want) {
		t.Errorf("%+v\nwant %+v", groups[0], want)
	}
}

// Keys that others wrote are named, and do not hide the rest.
func TestParseForeign(t *testing.T) {
	other := group.Definition{Capacity: 1}
	for name, bad := range map[string]state.Entry{
		"outside":            {Key: "/other/a/units/00000", Value: state.Format(use("x"))},
		"no group":           {Key: namespace + "x"},
		"unescaped":          {Key: namespace + "a b/units/00000", Value: state.Format(use("x"))},
		"unknown part":       {Key: namespace + "g/other"},
		"unit without value": {Key: keys.Unit(9)},
		"unit without ID":    {Key: keys.Unit(9), Value: `{"id":"","user":{},"mode":"shared","weight":1}`},
		"bad weight":         {Key: keys.Unit(9), Value: `{"id":"x","user":{},"mode":"shared","weight":0}`},
		"unknown mode":       {Key: keys.Unit(9), Value: `{"id":"x","user":{},"mode":"other","weight":1}`},
		"unknown field":      {Key: keys.Unit(9), Value: `{"id":"x","user":{},"mode":"shared","weight":1,"more":1}`},
		"two values":         {Key: keys.Unit(9), Value: state.Format(use("x")) + "{}"},
		"unit without name":  {Key: keys.Units().From + "x", Value: state.Format(use("x"))},
		"unit of long name":  {Key: keys.Units().From + "000001", Value: state.Format(use("x"))},
		"ticket":             {Key: keys.Ticket(1, "x"), Value: "x"},
		"share":              {Key: keys.Share("x"), Value: "x"},
		"definition":         {Key: keys.Definition(definition, "x"), Value: "x"},
		"no capacity":        {Key: keys.Definition(definition, "x"), Value: `{"definition":{"capacity":0},"user":{}}`},
		"misnamed":           {Key: keys.Definition(definition, "x"), Value: state.Format(state.Definition{Definition: other})},
		"unleased":           {Key: keys.Unit(9), Value: state.Format(use("x")), Unleased: true},
		"disagreeing":        {Key: keys.Definition(other, "x"), Value: state.Format(state.Definition{Definition: other})},
	} {
		good, _ := state.Parse(namespace, whole())
		got, err := state.Parse(namespace, append(whole(), bad))
		if err == nil || !strings.Contains(err.Error(), bad.Key) {
			t.Errorf("%s: error %v, want one that names %q", name, err, bad.Key)
		}
		if !reflect.DeepEqual(got, good) {
			t.Errorf("%s: %+v, want %+v", name, got, good)
		}
	}
}

// Whatever is found is read or named, and cannot harm a reader.
func FuzzParse(f *testing.F) {
	for _, e := range whole() {
		f.Add(e.Key, e.Value)
	}
	f.Fuzz(func(t *testing.T, key, value string) {
		groups, err := state.Parse(namespace, []state.Entry{{Key: key, Value: value, Written: 1}})
		if (len(groups) == 1) == (err != nil) {
			t.Errorf("groups %+v, error %v", groups, err)
		}
	})
}
