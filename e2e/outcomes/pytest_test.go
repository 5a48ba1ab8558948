package outcomes

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
		{"passes", "passed", "passed", "passed", Passed},
		{"fails", "passed", "failed", "passed", Failed},
		{"is skipped before", "skipped", "", "passed", Skipped},
		{"skips itself", "passed", "skipped", "passed", Skipped},
		{"fails as expected", "passed", "xfailed", "passed", XFailed},
		{"is not run, since it would fail as expected", "xfailed", "", "passed", XFailed},
		{"passes unexpectedly", "passed", "xpassed", "passed", Passed},
		{"has no fixture", "failed", "", "passed", Errored},
		{"leaves a fixture that fails", "passed", "passed", "failed", Errored},
		{"skips itself, and leaves a fixture that fails", "passed", "skipped", "failed", Errored},
		{"fails, and leaves a fixture that fails", "passed", "failed", "failed", Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParsePytest([]byte(phases("test_a.py::test", c.setup, c.call, c.teardown)))
			if want := resultsOf("test_a.py::test", c.want); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, %v; want %v", got, err, want)
			}
		})
	}
}

func TestReportsOfPartsAndCollection(t *testing.T) {
	got, err := ParsePytest([]byte(`{"test":"test_broken.py","phase":"collect","outcome":"failed"}
{"test":"test_a.py::test","phase":"setup","outcome":"passed"}
{"test":"test_a.py::test","part":"(i=1)","phase":"call","outcome":"failed"}
{"test":"test_a.py::test","part":"(i=2)","phase":"call","outcome":"skipped"}
{"test":"test_a.py::test","part":"(i=2)","phase":"call","outcome":"passed"}
{"test":"test_a.py::test","phase":"call","outcome":"failed"}
{"test":"test_a.py::test","phase":"teardown","outcome":"passed"}
` + phases("test_a.py::test_b", "passed", "passed", "passed")))
	want := resultsOf("test_broken.py", Errored, "test_a.py::test", Failed, "test_a.py::test/(i=1)", Failed,
		"test_a.py::test/(i=2)", Skipped, "test_a.py::test/(i=2)", Passed, "test_a.py::test_b", Passed)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestReportsThatEndEarly(t *testing.T) {
	for _, text := range []string{`{"test":"test_a.py::test","phase":"setup","outcome":"passed"}`, "1 passed\n"} {
		if _, err := ParsePytest([]byte(text)); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}
