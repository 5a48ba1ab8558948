package group_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// The same cases are in rules/tests/rates_test.bzl, because the rule reads the same grammar.
var rates = map[string]group.Rate{
	"60/m":      {Starts: 60, Window: time.Minute},
	"1/s":       {Starts: 1, Window: time.Second},
	"20/30s":    {Starts: 20, Window: 30 * time.Second},
	"10000/24h": {Starts: 10_000, Window: 24 * time.Hour},
	"060/01h":   {Starts: 60, Window: time.Hour},
	"5/86400s":  {Starts: 5, Window: 24 * time.Hour},
	"7/1440m":   {Starts: 7, Window: 24 * time.Hour},
}

var malformedRates = map[string]string{
	"60":                       `there is no '/' in it`,
	"/m":                       `"" is no number of starts from 1 to 10000`,
	"0/m":                      `"0" is no number of starts from 1 to 10000`,
	"+1/s":                     `"+1" is no number of starts from 1 to 10000`,
	"10001/m":                  `"10001" is no number of starts from 1 to 10000`,
	"60/":                      `"" is no time from a second to a day`,
	"60/-1s":                   `"-1s" is no time from a second to a day`,
	"60/0s":                    `"0s" is no time from a second to a day`,
	"60/10":                    `"10" is no time from a second to a day`,
	"60/25h":                   `"25h" is no time from a second to a day`,
	"60/500ms":                 `"500ms" is no time from a second to a day`,
	"60/86401s":                `"86401s" is no time from a second to a day`,
	"60/d":                     `"d" is no time from a second to a day`,
	"60/m/m":                   `"m/m" is no time from a second to a day`,
	"60/99999999999999999999h": `"99999999999999999999h" is no time from a second to a day`,
}

func TestParseRate(t *testing.T) {
	for text, want := range rates {
		if got, err := group.ParseRate(text); got != want || err != nil {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
	}
}

func TestMalformedRateIsRefused(t *testing.T) {
	for text, problem := range malformedRates {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		want := "rate " + string(quoted) + ": " + problem + `; write STARTS/WINDOW, such as "60/m" or "20/30s"`
		if got, err := group.ParseRate(text); err == nil || err.Error() != want {
			t.Errorf("%q: %+v, %v, want %s", text, got, err, want)
		}
	}
}

func TestRateIsWrittenWithTheLargestUnit(t *testing.T) {
	for want, r := range map[string]group.Rate{
		"":       {},
		"60/m":   {Starts: 60, Window: time.Minute},
		"20/30s": {Starts: 20, Window: 30 * time.Second},
		"1/90s":  {Starts: 1, Window: 90 * time.Second},
		"1/24h":  {Starts: 1, Window: 24 * time.Hour},
	} {
		if r.String() != want {
			t.Errorf("%+v: %q, want %q", r, r, want)
		}
	}
}

func TestRateInJSON(t *testing.T) {
	for text, want := range map[string]group.Rate{
		`{"capacity":1,"rate":"60/m"}`: rates["60/m"],
		`{"capacity":1}`:               {},
	} {
		var d group.Definition
		if err := json.Unmarshal([]byte(text), &d); err != nil || d.Rate != want {
			t.Errorf("%s: %+v, %v", text, d, err)
		}
		if again, err := json.Marshal(d); err != nil || string(again) != text {
			t.Errorf("%s is written %s, %v", text, again, err)
		}
	}
	var d group.Definition
	if err := json.Unmarshal([]byte(`{"rate":""}`), &d); err != nil || d.Rate.Limited() {
		t.Errorf("an empty rate: %+v, %v", d, err)
	}
	if err := json.Unmarshal([]byte(`{"rate":"60"}`), &d); err == nil {
		t.Error("no error for a malformed rate")
	}
}

func TestDefinitionsAreEqual(t *testing.T) {
	d := group.Definition{Capacity: 2, Rate: rates["60/m"], Instances: []string{"a", "b"}}
	if want := "capacity 2, rate 60/m, instances a, b"; d.String() != want {
		t.Errorf("%q, want %q", d, want)
	}
	for _, other := range []group.Definition{
		{Capacity: 3, Rate: d.Rate, Instances: d.Instances},
		{Capacity: 2, Rate: rates["1/s"], Instances: d.Instances},
		{Capacity: 2, Rate: d.Rate, Instances: []string{"b", "a"}},
		{Capacity: 2, Rate: d.Rate},
	} {
		if d.Equal(other) || !other.Equal(other) {
			t.Errorf("%s and %s: %v", d, other, d.Equal(other))
		}
	}
}

// What is read as a rate is within the bounds, and is read again from its text.
func FuzzParseRate(f *testing.F) {
	for text := range rates {
		f.Add(text)
	}
	for text := range malformedRates {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := group.ParseRate(text)
		if err != nil {
			return
		}
		if r.Starts < 1 || r.Starts > 10_000 || r.Window < time.Second || r.Window > 24*time.Hour {
			t.Errorf("%q: %+v", text, r)
		}
		if again, err := group.ParseRate(r.String()); again != r || err != nil {
			t.Errorf("%q: %+v is written %q and read %+v, %v", text, r, r, again, err)
		}
	})
}
