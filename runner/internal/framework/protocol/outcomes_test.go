package protocol_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/protocol"
)

const outcomes = `
import pytest

def test_passes(): print("hello")
def test_fails():
    print("printed")
    assert 1 == 2
@pytest.mark.skip(reason="not today")
def test_skipped(): pass
@pytest.mark.xfail(reason="known")
def test_xfail(): assert 0
@pytest.mark.xfail(reason="known")
def test_xpass(): pass
@pytest.mark.xfail(reason="known", strict=True)
def test_xpass_strict(): pass
@pytest.fixture
def broken(): raise ValueError("no setup")
def test_setup(broken): pass
@pytest.fixture
def late():
    yield
    raise ValueError("no teardown")
def test_teardown(late): pass
@pytest.mark.parametrize("x", ["a b", "ü/::", "[1]", "\n", ""])
def test_ids(x): pass
class TestClass:
    def test_method(self): pass
def test_long(): print("x" * 1000000); assert 0
def test_binary():
    import os
    os.write(1, b"\xff\xfe")
    assert 0
`

func TestOutcomes(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{"tests/test_a.py": outcomes, "conftest.py": `print("imported")`})
	a := s.runAll()
	const file = "tests/test_a.py::"
	a.want(t, file+"test_passes", event.Passed, "")
	a.want(t, file+"test_fails", event.Failed, "assert 1 == 2")
	a.want(t, file+"test_skipped", event.Skipped, "not today")
	a.want(t, file+"test_xfail", event.Skipped, "known")
	a.want(t, file+"test_xpass", event.Passed, "xpass: known")
	a.want(t, file+"test_xpass_strict", event.Failed, "XPASS(strict)")
	a.want(t, file+"test_setup", event.Errored, `failed on setup with "ValueError: no setup"`)
	a.want(t, file+"test_teardown", event.Errored, `failed on teardown with "ValueError: no teardown"`)
	a.want(t, file+"TestClass::test_method", event.Passed, "")
	a.want(t, file+"test_binary", event.Failed, "assert 0")
	if n := len(a.outcomes); n != 16 {
		t.Errorf("%d outcomes: %v", n, a.outcomes)
	}
	if o := a.output[file+"test_fails"]; !strings.Contains(o, "printed") || !strings.Contains(o, ">       assert 1 == 2") {
		t.Errorf("the output is %q", o)
	}
	if n := len(a.output[file+"test_long"]); n < 1000000 {
		t.Errorf("%d bytes of output", n)
	}
	if o := a.output[file+"test_passes"]; o != "" {
		t.Errorf("the output is %q", o)
	}
}

// A test that ends its process fails by name, and the others run.
func TestProcessesThatEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ code, want string }{
		"exit":     {"os._exit(3)", "the process ended with exit code 3"},
		"exit 0":   {"os._exit(0)", "the process ended with exit code 0"},
		"signal":   {"os.kill(os.getpid(), 9)", "the process ended with signal: killed"},
		"segfault": {"import ctypes; ctypes.string_at(0)", "the process ended with signal: segmentation fault"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSuite(t, map[string]string{"test_a.py": "import os\ndef test_a(): pass\ndef test_b(): " + c.code + "\ndef test_c(): pass\n"})
			a := s.runAll()
			a.want(t, "test_a.py::test_a", event.Passed, "")
			a.want(t, "test_a.py::test_b", event.Failed, c.want)
			a.want(t, "test_a.py::test_c", event.Passed, "")
			if len(a.outcomes) != 3 {
				t.Errorf("got %v", a.outcomes)
			}
		})
	}
}

// An error in pytest itself, or in a plugin, ends the process, too.
func TestInternalError(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{
		"conftest.py": "def pytest_runtest_setup(item):\n    pass\ndef pytest_runtest_protocol(item):\n    if item.name == 'test_b': raise ValueError('odd')\n",
		"test_a.py":   "def test_a(): pass\ndef test_b(): pass\ndef test_c(): pass\n",
	})
	a := s.runAll()
	a.want(t, "test_a.py::test_a", event.Passed, "")
	a.want(t, "test_a.py::test_b", event.Failed, "the process ended with exit code 3: INTERNALERROR> ValueError: odd")
	if !strings.Contains(a.stops, "exit code 3") {
		t.Errorf("it stops because of %q", a.stops)
	}
}

func TestEndlessLoopIsStopped(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{"test_a.py": "def test_a():\n    while True: pass\ndef test_b(): pass\n"})
	all := s.all()
	ctx, cancel := context.WithCancel(t.Context())
	a := newAccount()
	a.onStart = cancel
	again := s.Run(ctx, all, a)
	a.want(t, "test_a.py::test_a", event.Failed, "")
	if len(again) != 1 || len(again[0]) != 1 || again[0][0].Name != "test_a.py::test_b" {
		t.Errorf("again: %v", again)
	}
}

func TestCollection(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{
		"test_good.py":    "def test_a(): pass\n",
		"test_syntax.py":  "def test_a(: pass\n",
		"test_import.py":  "import nowhere\ndef test_a(): pass\n",
		"test_nothing.py": "",
	})
	a := s.runAll()
	a.want(t, "test_good.py::test_a", event.Passed, "")
	a.want(t, "test_syntax.py", event.Errored, "SyntaxError")
	a.want(t, "test_import.py", event.Errored, "No module named 'nowhere'")
	if len(a.outcomes) != 3 {
		t.Errorf("got %v", a.outcomes)
	}
}

func TestNothingToCollect(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{"test_a.py": ""})
	if listed := s.list(); len(listed) != 0 {
		t.Errorf("listed %v", listed)
	}
	s.run(t.Context()).want(t, "session of worker 0", event.Failed, "exit code 5: no tests were found")
}

func TestProgramThatCannotList(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		conftest string
		args     []string
		want     string
	}{
		"conftest":       {"raise ValueError('broken')", nil, "broken"},
		"wrong argument": {"", []string{"--no-such-option"}, "--no-such-option"},
	} {
		s := newSuite(t, map[string]string{"conftest.py": c.conftest, "test_a.py": "def test_a(): pass"},
			func(o *protocol.Options) { o.Args = append(o.Args, c.args...) })
		if _, err := s.List(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) ||
			!strings.HasPrefix(err.Error(), "listing the tests: pytest ended with exit code 4") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// An error at the end of a case that has failed is reported, too.
func TestFailureAndErrorAtTheEnd(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{"test_a.py": "import pytest\n@pytest.fixture\ndef f():\n    yield\n" +
		"    raise ValueError('stuck')\ndef test_a(f): assert 1 == 2\n"})
	a := s.runAll()
	a.want(t, "test_a.py::test_a", event.Failed, `assert 1 == 2; failed on teardown with "ValueError: stuck"`)
	if o := a.output["test_a.py::test_a"]; !strings.Contains(o, "assert 1 == 2") || !strings.Contains(o, "ValueError: stuck") {
		t.Errorf("the output is %q", o)
	}
}

// Hooks of the suite see at the end whether tests were bad.
func TestSessionKnowsOfBadTests(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"pass": "0", "assert 0": "1"} {
		notes := filepath.Join(t.TempDir(), "notes")
		s := newSuite(t, map[string]string{
			"test_a.py":   "def test_a(): " + code + "\n",
			"conftest.py": "def pytest_sessionfinish(exitstatus): open(" + strconv.Quote(notes) + ", 'w').write(str(int(exitstatus)))\n",
		})
		if a := s.runAll(); len(a.outcomes) != 1 {
			t.Errorf("got %v", a.outcomes)
		}
		if got, err := os.ReadFile(notes); err != nil || string(got) != want {
			t.Errorf("%s: the exit status is %s, %v", code, got, err)
		}
	}
}
