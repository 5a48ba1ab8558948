package protocol_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/protocol"
)

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

// notesIn gives the tests a file for notes.
func notesIn(path string) func(*protocol.Options) {
	return func(o *protocol.Options) {
		env := o.Env
		o.Env = func(b event.Batch) ([]string, func(), error) {
			list, done, err := env(b)
			return append(list, "NOTES="+path), done, err
		}
	}
}

// wantNotes fails the test unless these are all notes, in order.
func wantNotes(t *testing.T, path, want string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if got := strings.Join(strings.Fields(string(text)), " "); err != nil || got != want {
		t.Errorf("got %s, want %s, %v", got, want, err)
	}
}

// Fixtures live as long as they are needed, over several batches; but fixtures below the session
// end before groups are given back.
func TestScopes(t *testing.T) {
	t.Parallel()
	for holds, want := range map[bool]string{
		false: "session+ module+ class+ a b class- c module- session-",
		true:  "session+ module+ class+ a class- module- module+ class+ b class- module- module+ c module- session-",
	} {
		notes := filepath.Join(t.TempDir(), "notes")
		s := newSuite(t, map[string]string{"test_a.py": scopes}, notesIn(notes))
		var batches []event.Batch
		for _, c := range s.all().Cases {
			batches = append(batches, event.Batch{Cases: []event.Case{c}, Holds: holds})
		}
		a := s.run(t.Context(), batches...)
		wantNotes(t, notes, want)
		if len(a.outcomes) != 3 {
			t.Errorf("got %v", a.outcomes)
		}
	}
}

// Fixtures of several cases that fail at their end are reported, once the last of their cases has
// its result.
func TestScopeThatCannotEnd(t *testing.T) {
	t.Parallel()
	for _, scope := range []string{"module", "session"} {
		s := newSuite(t, map[string]string{"test_a.py": "import pytest\n@pytest.fixture(scope='" + scope +
			"')\ndef f():\n    yield\n    raise ValueError('stuck')\ndef test_a(f): pass\n"})
		a := s.runAll()
		a.want(t, "test_a.py::test_a", event.Passed, "")
		a.want(t, "session of worker 0", event.Failed, "ValueError: stuck")
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

// What an item shares with others is the outermost fixture that it uses below the session.
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

// If the rest of a batch is given back because a case was bad, its fixtures end before the groups
// are given back.
func TestScopesEndWhereABatchIsCut(t *testing.T) {
	t.Parallel()
	for holds, want := range map[bool]string{
		true:  "module+ a module- module+ b module-",
		false: "module+ a b module-",
	} {
		notes := filepath.Join(t.TempDir(), "notes")
		s := newSuite(t, map[string]string{"test_a.py": `
import os, pytest
def note(text):
    with open(os.environ["NOTES"], "a") as f: f.write(text + "\n")
@pytest.fixture(scope="module")
def m():
    note("module+"); yield; note("module-")
def test_a(m): note("a"); assert 0
def test_b(m): note("b")
`}, notesIn(notes), func(o *protocol.Options) { o.StopAtBad = true })
		b := s.all()
		b.Holds = holds
		a := s.run(t.Context(), b)
		a.want(t, "test_a.py::test_a", event.Failed, "assert 0")
		a.want(t, "test_a.py::test_b", event.Passed, "")
		wantNotes(t, notes, want)
	}
}
