package protocol_test

import (
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/testkit/pythontest"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/protocol"
)

const marks = `
import os, pytest

@pytest.mark.xdist_group("a")
@pytest.mark.xdist_group(name="b")
def test_groups(worker_id, testrun_uid, tmp_path):
    assert worker_id == os.environ["PYTEST_XDIST_WORKER"] == "gw0"
    assert testrun_uid == os.environ["PYTEST_XDIST_TESTRUNUID"] == "run"
    assert os.environ["PYTEST_XDIST_WORKER_COUNT"] == "2"
    assert tmp_path.parent.name == "popen-gw0"
    assert os.environ["INTERLOCK_SLOT_A"] == "1"
@pytest.mark.serial
@pytest.mark.xdist_group
def test_serial(): assert "INTERLOCK_SLOT_A" in os.environ
def test_free(): pass
`

func TestMarks(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{"test_a.py": marks, "pytest.ini": "[pytest]\naddopts = --strict-markers\n"}, func(o *protocol.Options) {
		o.CaseEnv = func(event.Batch) (map[string]string, error) { return map[string]string{"INTERLOCK_SLOT_A": "1"}, nil }
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
		"d/test_a.py": "import pytest\nclass TestX:\n    def test_one(self): pass\n    def test_two(self): pass\n@pytest.mark.parametrize('x', [1, 2])\ndef test_three(x): pass\n@pytest.mark.parametrize('x', ['1,2'])\ndef test_commas(x): pass\n",
		"e/test_b.py": "import pytest\n@pytest.mark.slow\ndef test_one(): pass\n",
		"pytest.ini":  "[pytest]\nmarkers = slow\n",
	}
	for _, c := range []struct {
		filter string
		args   []string
		want   string
	}{
		{"", nil, "TestX::test_one TestX::test_two test_three[1] test_three[2] test_commas[1,2] test_one"},
		{"one", nil, "TestX::test_one test_one"},
		{"one and not TestX", nil, "test_one"},
		{"d/test_a.py::TestX", nil, "TestX::test_one TestX::test_two"},
		{"d/test_a.py::test_three", nil, "test_three[1] test_three[2]"},
		{"d/test_a.py::test_three[2],e/test_b.py", nil, "test_three[2] test_one"},
		{"d/test_a.py::test_commas[1,2],e/test_b.py", nil, "test_commas[1,2] test_one"},
		{"", []string{"-v", "e"}, "test_one"},
		{"", []string{"-x", "d/test_a.py::TestX"}, "TestX::test_one TestX::test_two"},
		{"", []string{"--log-format", "%(name)s::%(message)s", "--junit-prefix", "x.py", "e"}, "test_one"},
		{"", []string{"-k", "two"}, "TestX::test_two"},
		{"", []string{"-m", "slow"}, "test_one"},
		{"nothing", nil, ""},
	} {
		s := newSuite(t, files, func(o *protocol.Options) { o.Filter, o.Args = c.filter, append(o.Args, c.args...) })
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
		func(o *protocol.Options) { o.Args = append(o.Args, "-s") })
	a := s.runAll()
	all := a.output["test_a.py::test_a"] + a.output[""]
	if !strings.Contains(all, "UserWarning: old") || !strings.Contains(all, "raw") {
		t.Errorf("the output is %q", a.output)
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

// Options of pytest-xdist in a suite's configuration have no effect, whether it is installed or
// not.
func TestOptionsOfXdist(t *testing.T) {
	t.Parallel()
	for _, without := range []string{"", " -p no:xdist"} {
		s := newSuite(t, map[string]string{
			"test_a.py":  "def test_a(worker_id): assert worker_id == 'gw0'\n",
			"pytest.ini": "[pytest]\naddopts = -n 4 --dist=loadgroup --maxprocesses 8 --maxschedchunk=2 --testrunuid x --loadscope-reorder\nrsyncdirs = x\n",
		}, func(o *protocol.Options) { o.Args = append(o.Args, strings.Fields(without)...) })
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

// Files that skip themselves are reported.
func TestSkippedFiles(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{
		"test_a.py": "import pytest\npytest.skip('not here', allow_module_level=True)\n",
		"test_b.py": "import pytest\npytest.importorskip('nowhere')\ndef test_b(): pass\n",
	})
	a := s.runAll()
	a.want(t, "test_a.py", event.Skipped, "collection skipped")
	if o := a.outcomes["test_b.py"]; o.Status != event.Skipped || !strings.Contains(o.Text, "could not import 'nowhere'") {
		t.Errorf("got %+v", o)
	}
	a.want(t, "session of worker 0", event.Failed, "exit code 5: no tests were found")
	if len(a.outcomes) != 3 {
		t.Errorf("got %v", a.outcomes)
	}
}

// Whatever args name must exist.
func TestArgumentsThatNameNothing(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{"test_typo.py::test_x", "nowhere"} {
		s := newSuite(t, map[string]string{"test_a.py": "def test_a(): pass\n"}, func(o *protocol.Options) { o.Args = append(o.Args, arg) })
		want := "args: " + arg + " is none of the files of this target, nor in one of them; they are test_a.py"
		if _, err := s.List(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// Plugins and conftest files can tell workers from the process that controls them.
func TestWorkerInput(t *testing.T) {
	t.Parallel()
	for inOrder, want := range map[bool]string{false: "gw0 2 run", true: "none"} {
		s := newSuite(t, map[string]string{
			"test_a.py": "def test_a(pytestconfig):\n    given = getattr(pytestconfig, 'workerinput', None)\n" +
				"    names = ('workerid', 'workercount', 'testrunuid')\n" +
				"    assert (' '.join(str(given[name]) for name in names) if given else 'none') == '" + want + "'\n",
		}, func(o *protocol.Options) { o.InOrder = inOrder })
		s.runAll().want(t, "test_a.py::test_a", event.Passed, "")
	}
}

// Data of other folders changes neither the configuration nor the names.
func TestDataIsNoSource(t *testing.T) {
	t.Parallel()
	s := newSuite(t, map[string]string{
		"pkg/test_a.py": "def test_a(): assert open('data/x.json').read() == '{}'\n", "pkg/pytest.ini": "[pytest]\naddopts = -v\n",
		"data/x.json": "{}", "data/test_x.py": "import nowhere\n",
	}, func(o *protocol.Options) {
		o.Args[len(o.Args)-1] = "pkg/test_a.py"
		o.Args[len(o.Args)-2] = strings.Replace(pythontest.Program, "files=", "data=['data/x.json', 'data/test_x.py'], files=", 1)
	})
	a := s.runAll()
	a.want(t, "test_a.py::test_a", event.Passed, "")
	if len(a.outcomes) != 1 {
		t.Errorf("got %v", a.outcomes)
	}
}
