package notice

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

func anyUse() Use {
	return Use{
		Scope: group.Build, Identity: "/base/r/pg", Label: "//r:pg",
		Definition: group.Definition{
			Capacity: 3, Rate: group.Rate{Starts: 60, Window: time.Minute}, Instances: []string{"pg0", "pg1", "pg2"},
		},
		User: lock.User{Target: "//a:x_test", Case: "TestX", Since: time.Date(2001, 2, 3, 4, 5, 6, 7, time.UTC)},
		Mode: group.Exclusive, Weight: 2, Slots: []int{0, 2}, State: Holding,
	}
}

func TestParseReadsWhatIsWritten(t *testing.T) {
	waits, shared := anyUse(), anyUse()
	waits.State, waits.Slots = Waiting, nil
	shared.Mode, shared.Weight, shared.Slots, shared.Scope, shared.Key = group.Shared, 1, nil, group.Host, "acme/pg"
	want := []Use{anyUse(), waits, shared}
	text, err := encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(text)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestParseIsStrict(t *testing.T) {
	for want, change := range map[string]func(*Use){
		`scope "process"`:    func(u *Use) { u.Scope = group.Process },
		`the identity ""`:    func(u *Use) { u.Identity = "" },
		`the label ""`:       func(u *Use) { u.Label = "" },
		`the key "k"`:        func(u *Use) { u.Key = "k" },
		`the key ""`:         func(u *Use) { u.Scope = group.Host },
		"capacity 0":         func(u *Use) { u.Definition.Capacity = 0 },
		"capacity 65537":     func(u *Use) { u.Definition.Capacity = 1<<16 + 1 },
		"3 instances for":    func(u *Use) { u.Definition.Capacity = 4 },
		"weight 0":           func(u *Use) { u.Weight = 0 },
		"weight 4":           func(u *Use) { u.Weight = 4 },
		"weight 2":           func(u *Use) { u.Mode = group.Shared },
		`state "done"`:       func(u *Use) { u.State = "done" },
		"without a begin":    func(u *Use) { u.User.Since = time.Time{} },
		"2 units for a":      func(u *Use) { u.State = Waiting },
		"1 units for a":      func(u *Use) { u.Slots = []int{0} },
		"unit -1":            func(u *Use) { u.Slots = []int{-1, 0} },
		"unit 3":             func(u *Use) { u.Slots = []int{2, 3} },
		"unit 1":             func(u *Use) { u.Slots = []int{1, 1} },
		`"\x1b[2J" is not`:   func(u *Use) { u.User.Case = "\x1b[2J" },
		`"a\nb" is not`:      func(u *Use) { u.User.Target = "a\nb" },
		`"\u202eb" is not`:   func(u *Use) { u.Label = "\u202eb" },
		`"\t" is not`:        func(u *Use) { u.Definition.Instances[1] = "\t" },
		"aaaa\" is not fit":  func(u *Use) { u.Identity = strings.Repeat("a", 4097) },
		"more than 1024 use": nil,
	} {
		u := anyUse()
		uses := []Use{u}
		if change == nil {
			uses = make([]Use, maxUses+1)
		} else {
			change(&uses[0])
		}
		text, err := json.Marshal(content{Version: version, Uses: uses})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "EOF",
		"nonsense":                     "invalid character",
		`{"version":2}`:                "version 2, but version 1 is known here",
		`{"version":1,"more":1}`:       `unknown field "more"`,
		`{"version":1} {}`:             "more than one JSON value",
		`{"version":1,"uses":[{}]}`:    `use 0: scope ""`,
		strings.Repeat(" ", 1<<18+1):   "longer than 262144 bytes",
		`{"version":1,"uses":{"a":1}}`: "cannot unmarshal object",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: error %v, want %q in it", text, err, want)
		}
	}
}

// Whatever the name of a case is, what is published about it can be read.
func TestEncodedIsWithinBounds(t *testing.T) {
	wild := anyUse()
	wild.User.Case = "\x00\xff\n" + strings.Repeat("ß", 4096)
	wild.Definition.Instances = []string{"a\x1b", "b", "c"}
	for _, count := range []int{1, 50, maxUses + 1} {
		var uses []Use
		for range count {
			uses = append(uses, wild.cleaned())
		}
		text, err := encode(uses)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(text)
		if err != nil || len(got) == 0 || count <= 50 && len(got) != count {
			t.Errorf("of %d uses %d are read, %v", count, len(got), err)
		}
	}
	if wild.Definition.Instances[0] != "a\x1b" {
		t.Error("the group itself was changed")
	}
}

func FuzzParse(f *testing.F) {
	for _, uses := range [][]Use{nil, {anyUse()}} {
		text, err := encode(uses)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(fmt.Sprintf(`{"version":1,"uses":[{"weight":%d}]}`, 1<<40)))
	f.Fuzz(func(t *testing.T, text []byte) {
		uses, err := Parse(text)
		if err != nil {
			return
		}
		for _, u := range uses {
			for _, text := range append(u.texts(), u.Definition.Instances...) {
				if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
					t.Errorf("%q reaches a terminal", text)
				}
			}
		}
		again, err := encode(uses)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(again); len(again) <= maxFile && err != nil {
			t.Errorf("%v of what was accepted before: %s", err, again)
		}
	})
}
