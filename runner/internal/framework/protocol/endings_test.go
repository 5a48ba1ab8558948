package protocol_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/protocol"
)

const three = "def test_a(): pass\ndef test_b(): pass\ndef test_c(): pass\n"

// The result of a session as a whole counts, whatever its tests report.
func TestSessionsThatAreBad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ tests, conftest, want string }{
		"a hook changes the exit code": {
			three, "def pytest_sessionfinish(session): session.exitstatus = 3", "exit code 3, and not 0: a hook",
		},
		"a hook raises at the end": {
			three, "def pytest_sessionfinish(): raise ValueError('late')", "exit code 1, although its tests had run: ValueError: late",
		},
		"a hook raises at the very end": {three, "def pytest_unconfigure(): raise ValueError('late')", "exit code 1, although"},
		"pytest.exit at the end": {
			three, "import pytest\ndef pytest_sessionfinish(): pytest.exit('late', returncode=9)", "exit code 9, and not 0",
		},
		"exit at the end":   {three, "import os\ndef pytest_sessionfinish(): os._exit(4)", "ended with exit code 4, although its tests had run"},
		"exit 0 at the end": {three, "import os\ndef pytest_sessionfinish(): os._exit(0)", "ended with exit code 0, although its tests had run"},
		"atexit":            {three, "import atexit, os\natexit.register(lambda: os._exit(5))", "ended with exit code 5, although its tests had run"},
		"no tests left": {
			three, "def pytest_collection_modifyitems(items): items.clear()", "exit code 5: no tests were found, or all of them were deselected",
		},
		"too many warnings": {
			"import warnings\ndef test_a(): warnings.warn('one')\ndef test_b(): warnings.warn('two')\n",
			"def pytest_configure(config): config.option.max_warnings = 1", "there were 2 warnings, and the most that are allowed are 1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newSuite(t, map[string]string{"test_a.py": c.tests, "conftest.py": c.conftest}).runAll()
			found := false
			for name, o := range a.outcomes {
				found = found || strings.HasPrefix(name, "session") && o.Bad() && strings.Contains(o.Message, c.want)
			}
			if !found {
				t.Errorf("got %v, want a session that says %q", a.outcomes, c.want)
			}
		})
	}
}

// A session that wants no further test is obeyed, and gets no more of them.
func TestSessionsThatStop(t *testing.T) {
	t.Parallel()
	const hook = "def pytest_runtest_teardown(item):\n    if item.name == 'test_a': item.session."
	for name, c := range map[string]struct {
		tests, conftest, stops, outcome string
		bad                             bool
	}{
		"shouldstop": {three, hook + "shouldstop = 'no room'", "no room", "test_a.py::test_a PASS", true},
		"shouldfail": {three, hook + "shouldfail = 'no hope'", "no hope", "test_a.py::test_a PASS", true},
		"pytest.exit": {
			"import pytest\n@pytest.fixture\ndef f(): pytest.exit('no server', returncode=7)\ndef test_a(f): pass\ndef test_b(): pass\n", "",
			"pytest ended with exit code 7: pytest.exit: no server", "test_a.py::test_a ERROR", true,
		},
		"pytest.exit with 0": {
			"import pytest\ndef test_a(): pytest.exit('enough', returncode=0)\ndef test_b(): pass\n", "",
			"pytest.exit: enough", "test_a.py::test_a SKIP", false,
		},
		"KeyboardInterrupt": {
			"def test_a(): raise KeyboardInterrupt\ndef test_b(): pass\n", "",
			"pytest ended with exit code 2: KeyboardInterrupt", "test_a.py::test_a ERROR", true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newSuite(t, map[string]string{"test_a.py": c.tests, "conftest.py": c.conftest}).runAll()
			if !strings.Contains(a.stops, c.stops) {
				t.Errorf("it stops because of %q, want %q", a.stops, c.stops)
			}
			var all []string
			for name, o := range a.outcomes {
				if !strings.HasPrefix(name, "session") {
					all = append(all, name+" "+o.Status.String())
				}
			}
			if !slices.Equal(all, []string{c.outcome}) {
				t.Errorf("got %v, want %s", all, c.outcome)
			}
			if o := a.outcomes["session of worker 0"]; o.Bad() != c.bad {
				t.Errorf("the session is %+v", o)
			}
		})
	}
}

// A session may pass although tests failed.
func TestSessionsThatForgive(t *testing.T) {
	t.Parallel()
	a := newSuite(t, map[string]string{
		"test_a.py": "def test_a(): assert 0\ndef test_b(): pass\n", "conftest.py": "def pytest_sessionfinish(session): session.exitstatus = 0",
	}).runAll()
	if !a.results["test_a.py::test_a once more"].Forgiven || len(a.outcomes) != 3 {
		t.Errorf("got %+v", a.results)
	}
}

// An empty test is good only if the user says so.
func TestSessionsMayBeEmpty(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{"test_a.py": ""}, func(o *protocol.Options) { o.AllowEmpty = true })
	s.list()
	if a := s.run(t.Context()); len(a.outcomes) != 0 || !strings.Contains(a.results["session of worker 0"].Note, "no tests were found") {
		t.Errorf("got %+v", a.results)
	}
}

// A session that does not end is reported with what it is doing, and the stacks of its threads.
func TestSessionsThatDoNotEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ conftest, want string }{
		"fixture": {
			"import pytest, time\n@pytest.fixture(scope='session', autouse=True)\ndef server():\n    yield\n    time.sleep(600)\n",
			"its session did not end",
		},
		"thread": {
			"import threading, time\ndef pytest_sessionstart(): threading.Thread(target=time.sleep, args=(600,), name='forgotten').start()\n",
			"its process did not end: it waits for thread forgotten",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSuite(t, map[string]string{"test_a.py": three, "conftest.py": c.conftest})
			a := newAccount()
			s.Run(t.Context(), s.all(), a)
			ctx, cancel := context.WithTimeoutCause(t.Context(), 2*time.Second, timeUp{})
			defer cancel()
			s.Close(ctx, a)
			a.want(t, "session of worker 0", event.Failed, c.want)
			if !strings.Contains(a.output[""], "most recent call first") {
				t.Errorf("no stacks: %q", a.output[""])
			}
		})
	}
}

type timeUp struct{}

func (timeUp) Error() string { return "the time is up" }
func (timeUp) Timeout() bool { return true }

// What hooks write at the end is in the log, once.
func TestWhatSessionsWriteAtTheEnd(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{"test_a.py": three, "conftest.py": `
def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line("summary of %d" % len(terminalreporter.stats.get("passed", [])))
def pytest_sessionfinish(session):
    session.config.pluginmanager.getplugin("terminalreporter").write_line("the end")
`})
	cases := s.all().Cases
	a := s.run(t.Context(), event.Batch{Cases: cases[:1]}, event.Batch{Cases: cases[1:2], Worker: 1})
	if got := a.output[""]; strings.Count(got, "the end") != 1 || strings.Count(got, "summary of 1") != 1 {
		t.Errorf("got %q", got)
	}
}

// A forked process of a test that returns to pytest neither runs nor reports anything.
func TestForksThatComeBack(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"sys.exit(3)", "return", "raise ValueError"} {
		a := newSuite(t, map[string]string{"test_a.py": `
import os, sys
def test_a(): pass
def test_fork():
    child = os.fork()
    if child == 0:
        ` + end + `
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status == {"sys.exit(3)": 3, "return": 0, "raise ValueError": 1}["` + end + `"]
def test_b(): pass
`}).runAll()
		a.want(t, "test_a.py::test_fork", event.Passed, "")
		if len(a.outcomes) != 3 || len(a.started) != 3 {
			t.Errorf("%s: got %v, started %v", end, a.outcomes, a.started)
		}
	}
}

// Options that make pytest print something print it, and no test runs.
func TestOptionsThatPrint(t *testing.T) {
	t.Parallel()
	for option, want := range map[string]string{
		"--collect-only": "<Function test_b>", "--help": "--maxfail", "--fixtures": "tmp_path", "--markers": "xdist_group", "--version": "pytest ",
	} {
		s := newSuite(t, map[string]string{"test_a.py": three}, func(o *protocol.Options) { o.Args = append(o.Args, option) })
		if listed := s.list(); len(listed) != 0 || !strings.Contains(s.log.String(), want) || s.Note() == "" {
			t.Errorf("%s: %v, %q", option, listed, s.log)
		}
	}
}

// A shard whose tests have other names in another process reports that.
func TestNamesThatDiffer(t *testing.T) {
	t.Parallel()
	random := map[string]string{"test_a.py": "import pytest, uuid\n@pytest.mark.parametrize('n', [str(uuid.uuid4())])\ndef test_a(n): pass\n"}
	s := newSuite(t, random, func(o *protocol.Options) { o.Sharded, o.Single = true, true })
	s.runAll().want(t, "session of the shard", event.Failed, "this process has collected other tests than the first one")
	s = newSuite(t, random)
	all := s.all()
	s.run(t.Context(), event.Batch{Cases: all.Cases, Worker: 1}).want(t, "session of worker 1", event.Failed, "only there test_a.py::test_a[")
	s = newSuite(t, map[string]string{"test_a.py": three}, func(o *protocol.Options) { o.Sharded = true })
	if a := s.runAll(); len(a.outcomes) != 3 {
		t.Errorf("got %v", a.outcomes)
	}
}
