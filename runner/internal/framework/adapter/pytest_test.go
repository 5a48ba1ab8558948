package adapter_test

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/adapter"
	"github.com/interlock-build/rules_interlock/runner/internal/pythontest"
)

// suite is a folder of Python files that a real pytest runs.
type suite struct {
	*adapter.Program
	t   *testing.T
	log *strings.Builder
}

func newSuite(t *testing.T, files map[string]string, change ...func(*adapter.Options)) *suite {
	t.Helper()
	dir := t.TempDir()
	names := slices.Sorted(maps.Keys(files))
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := &suite{t: t, log: &strings.Builder{}}
	python, pythonPath := pythontest.Find(t)
	options := adapter.Options{
		Class: "//pkg:x_test", Path: "/bin/sh",
		Args: []string{"-c", `cd "$0" && exec "$@"`, dir, python, "-c", pythontest.Program, strings.Join(names, ",")},
		Env: func(b event.Batch) ([]string, func(), error) {
			return append(os.Environ(), "TEST_TMPDIR="+t.TempDir(), "INTERLOCK_WORKER="+string(rune('0'+b.Worker)),
				"INTERLOCK_WORKERS=2", "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH="+pythonPath), func() {}, nil
		},
		CaseEnv: func(event.Batch) map[string]string { return nil },
		RunID:   "run", Grace: time.Second, Dir: t.TempDir(), Log: s.log,
	}
	for _, c := range change {
		c(&options)
	}
	s.Program = adapter.New(options)
	return s
}

// list returns the cases that are selected.
func (s *suite) list() []event.Listed {
	s.t.Helper()
	listed, err := s.List(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.DeleteFunc(listed, func(l event.Listed) bool { return !l.Asked })
}

// account is what a run came to.
type account struct {
	mu       sync.Mutex
	outcomes map[string]event.Outcome
	output   map[string]string
	started  []string
}

func (a *account) Paused(event.Case)  {}
func (a *account) Resumed(event.Case) {}

func (a *account) Started(c event.Case) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.started = append(a.started, c.Name)
}

func (a *account) Output(c event.Case, text []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.output[c.Name] += string(text)
}

func (a *account) Finished(c event.Case, r event.Result) {
	a.mu.Lock()
	defer a.mu.Unlock()
	name := c.FullName()
	if _, twice := a.outcomes[name]; twice {
		name += " once more"
	}
	a.outcomes[name] = r.Outcome
}

// run runs cases in batches on one worker, and ends the session.
func (s *suite) run(ctx context.Context, batches ...event.Batch) *account {
	s.t.Helper()
	a := &account{outcomes: map[string]event.Outcome{}, output: map[string]string{}}
	for len(batches) > 0 {
		b := batches[0]
		batches = batches[1:]
		for _, again := range s.Run(ctx, b, a) {
			next := b
			next.Cases = again
			batches = append(batches, next)
		}
	}
	s.Close(ctx, a)
	return a
}

func (s *suite) all() event.Batch {
	var b event.Batch
	for _, l := range s.list() {
		b.Cases = append(b.Cases, l.Case)
	}
	return b
}

func (s *suite) runAll() *account {
	s.t.Helper()
	return s.run(s.t.Context(), s.all())
}

// want fails the test unless a case ended so, with text in its message.
func (a *account) want(t *testing.T, name string, status event.Status, text string) {
	t.Helper()
	o, ok := a.outcomes[name]
	if !ok || o.Status != status || !strings.Contains(o.Message, text) {
		t.Errorf("%s: got %+v (%v), want %v %q", name, o, ok, status, text)
	}
}

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
	a.want(t, file+"test_xfail", event.Skipped, "xfail: known")
	a.want(t, file+"test_xpass", event.Passed, "xpass: known")
	a.want(t, file+"test_xpass_strict", event.Failed, "XPASS(strict)")
	a.want(t, file+"test_setup", event.Errored, "setup: ValueError: no setup")
	a.want(t, file+"test_teardown", event.Errored, "teardown: ValueError: no teardown")
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

// What goes wrong in pytest itself, or a plugin, ends the process, too.
func TestInternalError(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{
		"conftest.py": "def pytest_runtest_setup(item):\n    pass\ndef pytest_runtest_protocol(item):\n    if item.name == 'test_b': raise ValueError('odd')\n",
		"test_a.py":   "def test_a(): pass\ndef test_b(): pass\ndef test_c(): pass\n",
	})
	a := s.runAll()
	a.want(t, "test_a.py::test_a", event.Passed, "")
	a.want(t, "test_a.py::test_b", event.Failed, "the process ended with exit code 3: INTERNALERROR> ValueError: odd")
	a.want(t, "test_a.py::test_c", event.Passed, "")
}

func TestEndlessLoopIsStopped(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{"test_a.py": "def test_a():\n    while True: pass\ndef test_b(): pass\n"})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	all := s.all()
	a := &account{outcomes: map[string]event.Outcome{}, output: map[string]string{}}
	again := s.Run(ctx, all, a)
	a.want(t, "test_a.py::test_a", event.Failed, "the process ended with signal: terminated")
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
	if a := s.run(t.Context()); len(a.outcomes) != 0 {
		t.Errorf("got %v", a.outcomes)
	}
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
			func(o *adapter.Options) { o.Args = append(o.Args, c.args...) })
		if _, err := s.List(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) ||
			!strings.HasPrefix(err.Error(), "listing the tests: the process ended with exit code ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

const scopes = `
import os, pytest

def note(text):
    with open(os.environ["NOTES"], "a") as f: f.write(text + "\n")

@pytest.fixture(scope="session")
def s():
    note("session+"); yield; note("session-")
@pytest.fixture(scope="module")
def m():
    note("module+"); yield; note("module-")
@pytest.fixture(scope="class")
def c():
    note("class+"); yield; note("class-")
class TestOne:
    def test_a(self, s, m, c): note("a")
    def test_b(self, s, m, c): note("b")
def test_c(s, m): note("c")
`

// Fixtures live as long as they are needed, over several batches; but those
// below the session end before groups are given back.
func TestScopes(t *testing.T) {
	t.Parallel()
	for holds, want := range map[bool]string{
		false: "session+ module+ class+ a b class- c module- session-",
		true:  "session+ module+ class+ a class- module- module+ class+ b class- module- module+ c module- session-",
	} {
		notes := filepath.Join(t.TempDir(), "notes")
		s := newSuite(t, map[string]string{"test_a.py": scopes}, func(o *adapter.Options) {
			o.CaseEnv = func(event.Batch) map[string]string { return map[string]string{"NOTES": notes} }
			env := o.Env
			o.Env = func(b event.Batch) ([]string, func(), error) {
				list, done, err := env(b)
				return append(list, "NOTES="+notes), done, err
			}
			o.CaseEnv = func(event.Batch) map[string]string { return nil }
		})
		var batches []event.Batch
		for _, c := range s.all().Cases {
			batches = append(batches, event.Batch{Cases: []event.Case{c}, Holds: holds})
		}
		a := s.run(t.Context(), batches...)
		text, err := os.ReadFile(notes)
		if got := strings.Join(strings.Fields(string(text)), " "); err != nil || got != want {
			t.Errorf("got %s, want %s, %v", got, want, err)
		}
		if len(a.outcomes) != 3 {
			t.Errorf("got %v", a.outcomes)
		}
	}
}

// Fixtures of several cases that cannot end are told of, once the last of their
// cases has its result.
func TestScopeThatCannotEnd(t *testing.T) {
	t.Parallel()
	for _, scope := range []string{"module", "session"} {
		s := newSuite(t, map[string]string{"test_a.py": "import pytest\n@pytest.fixture(scope='" + scope +
			"')\ndef f():\n    yield\n    raise ValueError('stuck')\ndef test_a(f): pass\n"})
		a := s.runAll()
		a.want(t, "test_a.py::test_a", event.Passed, "")
		a.want(t, "session", event.Failed, "ValueError: stuck")
	}
}

const marks = `
import os, pytest

@pytest.mark.xdist_group("a")
@pytest.mark.xdist_group(name="b")
def test_groups(worker_id, testrun_uid, tmp_path):
    assert worker_id == os.environ["PYTEST_XDIST_WORKER"] == "gw0"
    assert testrun_uid == os.environ["PYTEST_XDIST_TESTRUNUID"] == "run"
    assert os.environ["PYTEST_XDIST_WORKER_COUNT"] == "2"
    assert str(tmp_path).startswith(os.environ["TEST_TMPDIR"])
    assert os.environ["INTERLOCK_SLOT_A"] == "1"
@pytest.mark.serial
@pytest.mark.xdist_group
def test_serial(): assert "INTERLOCK_SLOT_A" in os.environ
def test_free(): pass
`

func TestMarks(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{"test_a.py": marks, "pytest.ini": "[pytest]\naddopts = --strict-markers\n"}, func(o *adapter.Options) {
		o.CaseEnv = func(event.Batch) map[string]string { return map[string]string{"INTERLOCK_SLOT_A": "1"} }
	})
	listed := s.list()
	for i, want := range []event.Listed{
		{Marks: []string{"b", "a"}}, {Marks: []string{"default"}, Serial: true}, {},
	} {
		slices.Sort(listed[i].Marks)
		slices.Sort(want.Marks)
		if !slices.Equal(listed[i].Marks, want.Marks) || listed[i].Serial != want.Serial || listed[i].File != "test_a.py" || listed[i].Class != "test_a" {
			t.Errorf("got %+v, want %+v", listed[i], want)
		}
	}
	var b event.Batch
	for _, l := range listed {
		b.Cases = append(b.Cases, l.Case)
	}
	for name, o := range s.run(t.Context(), b).outcomes {
		if o.Bad() {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"d/test_a.py": "import pytest\nclass TestX:\n    def test_one(self): pass\n    def test_two(self): pass\n@pytest.mark.parametrize('x', [1, 2])\ndef test_three(x): pass\n",
		"e/test_b.py": "import pytest\n@pytest.mark.slow\ndef test_one(): pass\n",
		"pytest.ini":  "[pytest]\nmarkers = slow\n",
	}
	for _, c := range []struct {
		filter string
		args   []string
		want   string
	}{
		{"", nil, "TestX::test_one TestX::test_two test_three[1] test_three[2] test_one"},
		{"one", nil, "TestX::test_one test_one"},
		{"one and not TestX", nil, "test_one"},
		{"d/test_a.py::TestX", nil, "TestX::test_one TestX::test_two"},
		{"d/test_a.py::test_three", nil, "test_three[1] test_three[2]"},
		{"d/test_a.py::test_three[2],e/test_b.py", nil, "test_three[2] test_one"},
		{"", []string{"-k", "two"}, "TestX::test_two"},
		{"", []string{"-m", "slow"}, "test_one"},
		{"nothing", nil, ""},
	} {
		s := newSuite(t, files, func(o *adapter.Options) { o.Filter, o.Args = c.filter, append(o.Args, c.args...) })
		var got []string
		for _, l := range s.list() {
			_, name, _ := strings.Cut(l.Name, "::")
			got = append(got, name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q %v: got %v, want %s", c.filter, c.args, got, c.want)
		}
		s.run(t.Context())
	}
}

func TestWarningsAndRawOutput(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{"test_a.py": "import warnings\ndef test_a():\n    warnings.warn('old')\n    print('raw')\n"},
		func(o *adapter.Options) { o.Args = append(o.Args, "-s") })
	a := s.runAll()
	all := a.output["test_a.py::test_a"] + a.output[""]
	if !strings.Contains(all, "UserWarning: old") || !strings.Contains(all, "raw") {
		t.Errorf("the output is %q", a.output)
	}
}

const setups = `
import pytest
@pytest.fixture(scope="session")
def s(): pass
@pytest.fixture(scope="module")
def m(s): pass
@pytest.fixture(scope="class")
def c(): pass
@pytest.fixture
def f(m): pass
class TestOne:
    def test_class(self, c): pass
    def test_module(self, c, f): pass
    def test_session(self, s): pass
def test_nothing(): pass
`

// What an item shares with others is the outermost of what it uses below the
// session.
func TestSetups(t *testing.T) {
	t.Parallel()
	var got []string
	for _, l := range newSuite(t, map[string]string{"d/test_a.py": setups}).list() {
		got = append(got, l.Setup)
	}
	if want := []string{"d/test_a.py::TestOne", "d/test_a.py", "", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Two items can have one node ID.
func TestDuplicateNames(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{
		"test_a.py":   "def test_a(): pass\n",
		"conftest.py": "def pytest_collection_modifyitems(items): items.append(items[0])\n",
	})
	a := s.runAll()
	a.want(t, "test_a.py::test_a", event.Passed, "")
	a.want(t, "test_a.py::test_a (2)", event.Passed, "")
	if len(a.outcomes) != 2 {
		t.Errorf("got %v", a.outcomes)
	}
}

// Options of pytest-xdist in a suite's configuration mean nothing, whether it is
// there or not.
func TestOptionsOfXdist(t *testing.T) {
	t.Parallel()
	for _, without := range []string{"", " -p no:xdist"} {
		s := newSuite(t, map[string]string{
			"test_a.py":  "def test_a(worker_id): assert worker_id == 'gw0'\n",
			"pytest.ini": "[pytest]\naddopts = -n 4 --dist=loadgroup --maxprocesses 8\n",
		}, func(o *adapter.Options) { o.Args = append(o.Args, strings.Fields(without)...) })
		s.runAll().want(t, "test_a.py::test_a", event.Passed, "")
	}
}

func TestSubtests(t *testing.T) {
	t.Parallel()
	if pytestVersion(t) < 9 {
		t.Skip("pytest has subtests since version 9")
	}
	s := newSuite(t, map[string]string{"test_a.py": `
import unittest
class TestX(unittest.TestCase):
    def test_parts(self):
        for i in range(3):
            with self.subTest("part", i=i): self.assertNotEqual(i, 1)
def test_of_pytest(subtests):
    for i in range(3):
        with subtests.test("part", i=i): assert i != 2
`})
	a := s.runAll()
	a.want(t, "test_a.py::TestX::test_parts", event.Failed, "[part] (i=1)")
	a.want(t, "test_a.py::TestX::test_parts/[part] (i=1)", event.Failed, "1 == 1")
	a.want(t, "test_a.py::test_of_pytest", event.Failed, "")
	a.want(t, "test_a.py::test_of_pytest/[part] (i=2)", event.Failed, "assert 2 != 2")
}

// pytestVersion is the first number of pytest's version.
func pytestVersion(t *testing.T) (version int) {
	t.Helper()
	python, path := pythontest.Find(t)
	cmd := exec.Command(python, "-c", "import pytest; print(pytest.__version__.partition('.')[0])")
	cmd.Env = append(os.Environ(), "PYTHONPATH="+path)
	output, err := cmd.Output()
	if err == nil {
		version, err = strconv.Atoi(strings.TrimSpace(string(output)))
	}
	if err != nil {
		t.Fatal(err)
	}
	return version
}
