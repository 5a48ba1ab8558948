package planfile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/planfile"
	"github.com/interlock-build/rules_interlock/internal/timings"
)

// example is 6 cases, two of which need a group and one of which has an unknown duration.
func example(t *testing.T) planfile.File {
	t.Helper()
	f, err := planfile.Make(planfile.File{
		Label: "//a:b", Shards: 2, Workers: 1, KeepTogether: "case",
		Groups: []planfile.Group{{Label: "//:db", Scope: "build", Capacity: 1}},
		Cases: []planfile.Case{
			{Name: "TestA", Seconds: 1},
			{Name: "TestB", Seconds: 2},
			{Name: "TestC", Seconds: 3},
			{Name: "TestD<T>", Seconds: 4, Needs: []planfile.Need{{Group: "//:db", Weight: 1, Mode: "exclusive"}}},
			{Name: "TestE", Seconds: 5, Needs: []planfile.Need{{Group: "//:db", Weight: 1, Mode: "exclusive"}}},
			{Name: "TestF"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestMake(t *testing.T) {
	f := example(t)
	if f.Version != planfile.Version || f.Makespan != 9 || f.Bound.Seconds != 9 || f.Bound.Why != "all cases on 2 workers" {
		t.Errorf("got %+v", f)
	}
	if g := f.Groups[0]; g.Cases != 2 || g.Chain != 9 {
		t.Errorf("the group is %+v", g)
	}
	var shards, loads [2]float64
	for _, c := range f.Cases {
		shards[c.Shard]++
		loads[c.Shard] += c.Seconds
	}
	if loads != [2]float64{9, 9} {
		t.Errorf("loads %v of %v cases", loads, shards)
	}
	if c := f.Cases[5]; c.Known || c.Seconds != 3 {
		t.Errorf("what is not known is %+v", c)
	}
	if times := f.Times(); len(times) != 5 || times["TestE"] != 5 {
		t.Errorf("the known times are %v", times)
	}
}

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	f := example(t)
	var text bytes.Buffer
	if err := f.Write(&text); err != nil {
		t.Fatal(err)
	}
	if got, err := planfile.Parse(text.Bytes()); err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, want := range []string{`"name": "TestD<T>"`, `"makespan_seconds": 9`, `"mode": "exclusive"`} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %s in\n%s", want, &text)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":               "plan: EOF",
		"{":              "plan: ",
		`{"version": 9}`: "version 9, but this command reads version 2: the runner and the command are of different releases",
	} {
		if _, err := planfile.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func TestUnknownMode(t *testing.T) {
	f := planfile.File{Shards: 1, Cases: []planfile.Case{{Name: "TestA", Needs: []planfile.Need{{Group: "//:db", Mode: "common"}}}}}
	if _, err := planfile.Make(f); err == nil || !strings.Contains(err.Error(), `unknown mode "common"`) {
		t.Errorf("error %v", err)
	}
}

// A plan that assumes that all cases take the same is worse than one that knows better, and both
// are compared by the real durations.
func TestExpected(t *testing.T) {
	f := planfile.File{Shards: 2, Workers: 1}
	actual := timings.Times{}
	for i := range 8 {
		name := fmt.Sprintf("Test%d", i)
		f.Cases = append(f.Cases, planfile.Case{Name: name})
		actual[name] = 1
	}
	actual["Test0"], actual["Test2"] = 6, 6
	for _, c := range []struct {
		believed timings.Times
		want     time.Duration
	}{
		{f.Times(), 14 * time.Second},
		{actual, 9 * time.Second},
	} {
		if got, err := planfile.Expected(f, c.believed, actual); got != c.want || err != nil {
			t.Errorf("got %v, %v, want %v", got, err, c.want)
		}
	}
}

func TestExpectedWithSerialCasesAndOneProcess(t *testing.T) {
	all := []planfile.Need{{Group: "//:db", Weight: 2, Mode: "exclusive"}}
	db := []planfile.Group{{Label: "//:db", Capacity: 2}}
	for name, c := range map[string]struct {
		file planfile.File
		want float64
	}{
		"serial cases run alone": {planfile.File{Shards: 1, Workers: 4, Cases: []planfile.Case{
			{Name: "TestA", Seconds: 2, Serial: true}, {Name: "TestB", Seconds: 3, Serial: true}, {Name: "TestC", Seconds: 1},
		}}, 6},
		"without workers all run in order": {planfile.File{Shards: 1, Cases: []planfile.Case{
			{Name: "TestA", Seconds: 2}, {Name: "TestB", Seconds: 3},
		}}, 5},
		"and hold what any of them needs": {planfile.File{Shards: 2, Groups: db, Cases: []planfile.Case{
			{Name: "TestA", Needs: all}, {Name: "TestB", Needs: all}, {Name: "TestC"}, {Name: "TestD"},
		}}, 4},
		"nothing": {planfile.File{Shards: 3, Workers: 2}, 0},
	} {
		f, err := planfile.Make(c.file)
		if err != nil || f.Makespan != c.want {
			t.Errorf("%s: got %v, %v, want %v", name, f.Makespan, err, c.want)
		}
	}
}

func TestAnEmptyPlanHasListsAllTheSame(t *testing.T) {
	f, err := planfile.Make(planfile.File{Shards: 1})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(f)
	if err != nil || !strings.Contains(string(text), `"groups":[],"cases":[]`) {
		t.Errorf("%s, %v", text, err)
	}
}
