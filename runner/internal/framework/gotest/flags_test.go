package gotest

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseFlags(t *testing.T) {
	for args, want := range map[string]flags{
		"":                                  {},
		"-test.run=A":                       {run: "A"},
		"--test.run A -test.skip B rest":    {run: "A", skip: "B", rest: []string{"rest"}},
		"-test.run=A -test.run=B":           {run: "B"},
		"-test.v":                           {verbose: true},
		"-test.v=false":                     {},
		"-test.v=test2json -v":              {verbose: true, rest: []string{"-v"}},
		"-test.count 2":                     {repeats: true, rest: []string{"-test.count", "2"}},
		"-test.cpu=1,2":                     {repeats: true, rest: []string{"-test.cpu=1,2"}},
		"-test.failfast":                    {failFast: true, rest: []string{"-test.failfast"}},
		"-test.failfast=false":              {rest: []string{"-test.failfast=false"}},
		"-test.bench=. x":                   {single: true, rest: []string{"-test.bench=.", "x"}},
		"-test.coverprofile f":              {single: true, rest: []string{"-test.coverprofile", "f"}},
		"-run=A -db=x value -test.short":    {rest: []string{"-run=A", "-db=x", "value", "-test.short"}},
		"-x -- -test.run=A -test.list=. --": {rest: []string{"-x", "--", "-test.run=A", "-test.list=.", "--"}},
		"- -test.run=A":                     {run: "A", rest: []string{"-"}},
	} {
		got, err := parseFlags(strings.Fields(args))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, %v; want %+v", args, got, err, want)
		}
	}
}

func TestFlagsThatMakeNoSense(t *testing.T) {
	for args, want := range map[string]string{
		"-test.list=.": "-test.list is the runner's own",
		"x -test.run":  "-test.run needs a value",
		"-test.skip":   "-test.skip needs a value",
	} {
		if _, err := parseFlags(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q in it", args, err, want)
		}
	}
}

func TestBridgeFilter(t *testing.T) {
	given := flags{run: "given", skip: "gone"}
	for filter, want := range map[string][2]string{
		"A":       {"A", "gone"},
		"A,B/c":   {"A|B/c", "gone"},
		"-A":      {"given", "A"},
		"A,-B,-C": {"A", "B|C"},
		"A|-B":    {"A|-B", "gone"},
	} {
		if run, skip := bridgeFilter(filter, given); run != want[0] || skip != want[1] {
			t.Errorf("%q: got %q and %q, want %q", filter, run, skip, want)
		}
	}
}

func TestSplitOutsideOfBrackets(t *testing.T) {
	for text, want := range map[string][]string{
		"":              {""},
		"a|b":           {"a", "b"},
		"|a|":           {"", "a", ""},
		"(a|b)|c":       {"(a|b)", "c"},
		"[|]|[^|(]|b":   {"[|]", "[^|(]", "b"},
		`a\|b|c`:        {`a\|b`, "c"},
		`\(|b`:          {`\(`, "b"},
		`([)|]|(x))|y|`: {`([)|]|(x))`, "y", ""},
		`a\`:            {`a\`},
		"]|a":           {"]", "a"},
	} {
		if got := splitOutside(text, '|'); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
