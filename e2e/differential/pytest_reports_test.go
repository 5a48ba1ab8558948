package main

import (
	"reflect"
	"testing"
)

// phases returns the reports of a test that has only its three phases, or two if it does not get
// past its set-up.
func phases(test, setup, call, teardown string) string {
	text := `{"test":"` + test + `","phase":"setup","outcome":"` + setup + `"}` + "\n"
	if call != "" {
		text += `{"test":"` + test + `","phase":"call","outcome":"` + call + `"}` + "\n"
	}
	return text + `{"test":"` + test + `","phase":"teardown","outcome":"` + teardown + `"}` + "\n"
}

func TestReportsOfPytest(t *testing.T) {
	for _, c := range []struct{ name, setup, call, teardown, want string }{
		{"passes", "passed", "passed", "passed", passed},
		{"fails", "passed", "failed", "passed", failed},
		{"is skipped before", "skipped", "", "passed", skipped},
		{"skips itself", "passed", "skipped", "passed", skipped},
		{"fails as expected", "passed", "xfailed", "passed", xfailed},
		{"is not run, since it would fail as expected", "xfailed", "", "passed", xfailed},
		{"passes unexpectedly", "passed", "xpassed", "passed", passed},
		{"has no fixture", "failed", "", "passed", errored},
		{"leaves a fixture that fails", "passed", "passed", "failed", errored},
		{"skips itself, and leaves a fixture that fails", "passed", "skipped", "failed", errored},
		{"fails, and leaves a fixture that fails", "passed", "failed", "failed", failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseReports([]byte(phases("test_a.py::test", c.setup, c.call, c.teardown)))
			if want := outcomes("test_a.py::test", c.want); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, %v; want %v", got, err, want)
			}
		})
	}
}

func TestReportsOfPartsAndCollection(t *testing.T) {
	got, err := parseReports([]byte(`{"test":"test_broken.py","phase":"collect","outcome":"failed"}
{"test":"test_a.py::test","phase":"setup","outcome":"passed"}
{"test":"test_a.py::test","part":"(i=1)","phase":"call","outcome":"failed"}
{"test":"test_a.py::test","part":"(i=2)","phase":"call","outcome":"skipped"}
{"test":"test_a.py::test","part":"(i=2)","phase":"call","outcome":"passed"}
{"test":"test_a.py::test","phase":"call","outcome":"failed"}
{"test":"test_a.py::test","phase":"teardown","outcome":"passed"}
` + phases("test_a.py::test_b", "passed", "passed", "passed")))
	want := outcomes("test_broken.py", errored, "test_a.py::test", failed, "test_a.py::test/(i=1)", failed,
		"test_a.py::test/(i=2)", skipped, "test_a.py::test/(i=2)", passed, "test_a.py::test_b", passed)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestReportsThatEndEarly(t *testing.T) {
	for _, text := range []string{`{"test":"test_a.py::test","phase":"setup","outcome":"passed"}`, "1 passed\n"} {
		if _, err := parseReports([]byte(text)); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}
