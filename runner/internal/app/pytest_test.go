package app

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const mixed = `
import pytest, time

@pytest.mark.parametrize("n", range(6))
def test_free(n): time.sleep(0.02)
@pytest.mark.xdist_group("db")
@pytest.mark.parametrize("n", range(6))
def test_db(n): time.sleep(0.2)
@pytest.mark.serial
def test_alone(): time.sleep(0.05)
def test_fails(): assert "a" == "b"
@pytest.mark.skip(reason="not today")
def test_skipped(): pass
`

// Each case runs once over all shards, whatever the workers. Cases that hold a group run one at a
// time, and a serial case runs alone.
func TestPytest(t *testing.T) {
	t.Parallel()
	for _, shards := range []int{1, 3} {
		for _, workers := range []string{"0", "1", "4"} {
			t.Run(fmt.Sprintf("%d/%s", shards, workers), func(t *testing.T) {
				t.Parallel()
				checkPytest(t, shards, workers)
			})
		}
	}
}

func checkPytest(t *testing.T, shards int, workers string) {
	x := newPytestTarget(t, workers, map[string]string{
		"test_mixed.py": mixed, "test_broken.py": "import nowhere\n", "conftest.py": journalist,
	})
	all := map[string]string{}
	for index := range shards {
		if shards > 1 {
			x.sharded(index, shards)
		}
		x.run().wantExit(1) // each shard has the broken file
		for name, outcome := range x.outcomes() {
			if _, twice := all[name]; twice && name != "test_broken.py" {
				t.Errorf("%s is in two shards", name)
			}
			all[name] = outcome
		}
		_ = os.Remove(filepath.Join(x.dir, "test.xml"))
	}
	checkMixed(t, all)
	tests, processes := x.ran()
	if len(tests) != 14 {
		t.Errorf("%d tests have run: %v", len(tests), tests)
	}
	if n := atOnce(tests, "test_db"); n != 1 {
		t.Errorf("%d tests held the group at once", n)
	}
	for _, r := range tests {
		if r.name == "test_alone" && shards == 1 && overlaps(tests, r) {
			t.Errorf("the serial test was not alone: %v", tests)
		}
	}
	name := "master"
	if shards > 1 {
		name = "gw0"
	}
	own := slices.DeleteFunc(slices.Clone(processes), func(p string) bool { return p != name })
	if workers == "0" && len(own) != shards {
		t.Errorf("processes %v, want one for each shard", processes)
	}
}

func overlaps(tests []ranTest, r ranTest) bool {
	return slices.ContainsFunc(tests, func(other ranTest) bool {
		return other.name != r.name && other.begin < r.end && r.begin < other.end
	})
}

func checkMixed(t *testing.T, all map[string]string) {
	t.Helper()
	for name, want := range map[string]string{
		"test_mixed.py::test_free[3]": "pass", "test_mixed.py::test_db[5]": "pass", "test_mixed.py::test_alone": "pass",
		"test_mixed.py::test_fails":   "failure: AssertionError: assert 'a' == 'b'\n  \n  - b\n  + a",
		"test_mixed.py::test_skipped": "skipped: not today",
		"test_broken.py":              "error: collection failure: ModuleNotFoundError: No module named 'nowhere'",
	} {
		if all[name] != want {
			t.Errorf("%s: %q, want %q", name, all[name], want)
		}
	}
	if len(all) != 16 {
		t.Errorf("%d cases: %v", len(all), slices.Sorted(maps.Keys(all)))
	}
}

// If a group lets one test run at a time, a fixture of the module is set up once for all tests
// that hold the group. If it lets several run, the fixture is set up for each, because nothing of
// a group may outlive its use.
func TestFixturesOfTestsThatHoldGroups(t *testing.T) {
	t.Parallel()
	for capacity, setups := range map[int]int{1: 1, 2: 6} {
		x := newPytestTarget(t, "3", map[string]string{"conftest.py": journalist, "test_a.py": `
import pytest
from conftest import note
pytestmark = pytest.mark.xdist_group("db")
@pytest.fixture(scope="module")
def table():
    note("set up")
    yield
    note("ended")
@pytest.mark.parametrize("n", range(6))
def test_a(table, n): pass
def test_b(): pass
`})
		x.manifest["groups"] = []any{map[string]any{
			"label": "@@//pkg:db", "name": "db", "scope": "process", "capacity": capacity, "cases": []any{}, "markers": []string{"db"},
		}}
		x.run().wantExit(0)
		text, _ := x.read("journal")
		if n := strings.Count(text, "set up\n"); n != setups || strings.Count(text, "ended\n") != setups {
			t.Errorf("capacity %d: set up %d times, want %d:\n%s", capacity, n, setups, text)
		}
		if tests, _ := x.ran(); atOnce(tests, "test_") > capacity || len(tests) != 7 {
			t.Errorf("capacity %d: %d of %d at once", capacity, atOnce(tests, "test_"), len(tests))
		}
	}
}

// meeting is tests, the first of which waits until another worker runs one, too.
const meeting = `
import os, pathlib, pytest, time
@pytest.mark.xdist_group("db")
@pytest.mark.parametrize("n", range(6))
def test_db(n, tmp_path, worker_id):
    here = pathlib.Path(os.environ["JOURNAL"]).parent
    (here / ("met_" + worker_id)).touch()
    for _ in range(3000):
        if len(list(here.glob("met_*"))) > 1: return
        time.sleep(0.01)
    assert 0, "nobody came"
`

// A group that the target declares, by a mark in the code.
func TestMarksOfPytestHoldDeclaredGroups(t *testing.T) {
	t.Parallel()
	x := newPytestTarget(t, "4", map[string]string{"test_a.py": meeting, "test_mixed.py": mixed, "conftest.py": journalist})
	x.manifest["groups"] = []any{map[string]any{
		"label": "@@//pkg:db", "name": "db", "scope": "process", "capacity": 2, "cases": []any{}, "markers": []string{"db"},
	}}
	x.run("--interlock-strict-groups=on", "test_a.py").wantExit(0)
	tests, _ := x.ran()
	if n := atOnce(tests, "test_db"); n != 2 || len(tests) != 6 {
		t.Errorf("%d of %d tests held the group at once", n, len(tests))
	}
}

func TestMarkOfPytestWithoutGroup(t *testing.T) {
	t.Parallel()
	x := newPytestTarget(t, "4", map[string]string{"test_mixed.py": mixed, "conftest.py": journalist})
	x.run("--interlock-strict-groups=on").wantExit(78)
	x.wantError("config", `strict_groups: test_mixed.py::test_db[0] asks for the group "db" by a mark`)
}

// There are no more processes than cases, and each collects once.
func TestWorkersOfPytest(t *testing.T) {
	t.Parallel()
	x := newPytestTarget(t, "8", map[string]string{"test_a.py": "def test_a(): pass\n", "conftest.py": journalist})
	x.run().wantExit(0)
	if _, processes := x.ran(); len(processes) != 1 {
		t.Errorf("processes %v for one case", processes)
	}
}

// What is set up for all tests ends with the last of them. If that goes wrong, the test fails.
func TestSessionOfPytestEnds(t *testing.T) {
	t.Parallel()
	for end, code := range map[string]int{"pass": 0, "raise ValueError('stuck')": 1} {
		x := newPytestTarget(t, "2", map[string]string{
			"test_a.py": "import pytest\nfrom conftest import note\n@pytest.fixture(scope='session')\ndef s():\n    yield\n" +
				"    note('ended')\n    " + end + "\n" + "@pytest.mark.parametrize('n', range(4))\ndef test_a(s, n): pass\n",
			"conftest.py": journalist,
		})
		x.run().wantExit(code)
		if text, _ := x.read("journal"); !strings.Contains(text, "ended\n") {
			t.Errorf("the session has not ended: %s", text)
		}
		if code == 1 && !strings.Contains(x.outcomes()["session of worker 0"], "ending fixtures: ValueError: stuck") {
			t.Errorf("got %v", x.outcomes())
		}
	}
}

// A test that ends its process, or does not end, fails by name. The others run, and nothing
// hangs.
func TestPytestThatTakesItsProcessDown(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]string{
		"os._exit(0)":             "failure: the process ended with exit code 0",
		"os.kill(os.getpid(), 9)": "failure: the process ended with signal: killed",
		"ctypes.string_at(0)":     "failure: the process ended with signal: segmentation fault",
		"os.abort()":              "failure: the process ended with signal: aborted",
		"\n    while True: pass":  "error: timed out: test_a.py::test_fault ran for longer than its timeout of 2s",
		"\n    signal.signal(15, signal.SIG_IGN)\n    while True: pass": "error: timed out: test_a.py::test_fault ran for longer than its timeout of 2s",
	} {
		for _, workers := range []string{"0", "3"} {
			t.Run(fmt.Sprintf("%s/%s", strings.TrimSpace(fault), workers), func(t *testing.T) {
				t.Parallel()
				x := newPytestTarget(t, workers, map[string]string{
					"test_a.py": "import os, signal, ctypes\ndef test_a(): pass\ndef test_fault(): " + fault + "\ndef test_b(): pass\ndef test_c(): pass\n",
				})
				code := 1
				if strings.Contains(fault, "while") {
					code = 124
				}
				x.run("--interlock-case-timeout=2s", "--interlock-grace=200ms").wantExit(code)
				got := x.outcomes()
				if !strings.HasPrefix(got["test_a.py::test_fault"], want) || len(got) != 4 {
					t.Errorf("got %v, want %q", got, want)
				}
				for _, name := range []string{"test_a", "test_b", "test_c"} {
					if got["test_a.py::"+name] != "pass" {
						t.Errorf("%s: %q", name, got["test_a.py::"+name])
					}
				}
			})
		}
	}
}

func TestPytestThatIsRetried(t *testing.T) {
	t.Parallel()
	x := newPytestTarget(t, "2", map[string]string{
		"test_a.py": "import os\ndef test_a(): assert os.environ['INTERLOCK_ATTEMPT'] == '2'\ndef test_b(): pass\n",
	})
	r := x.run("--interlock-retries=1", "--interlock-retry-delay=1ms")
	r.wantExit(0)
	r.wantLog("flaky")
}

func TestPytestThatStopsEarly(t *testing.T) {
	t.Parallel()
	x := newPytestTarget(t, "1", map[string]string{
		"test_a.py": "import pytest\n@pytest.mark.parametrize('n', range(200))\ndef test_a(n): assert n\n",
	})
	x.run("-x").wantExit(1)
	for name, outcome := range x.outcomes() {
		if name != "test_a.py::test_a[0]" && !strings.HasPrefix(outcome, "skipped: not run: an earlier case was bad") {
			t.Errorf("%s: %s", name, outcome)
		}
	}
}

// Cases that are selected by name are collected alone, and patterns for others are then not a
// mistake.
func TestPytestByNodeID(t *testing.T) {
	t.Parallel()
	files := map[string]string{"d/test_a.py": "def test_a(): pass\ndef test_b(): pass\n", "test_broken.py": "import nowhere\n"}
	for _, args := range [][]string{nil, {"d/test_a.py::test_b"}} {
		x := newPytestTarget(t, "1", files)
		x.manifest["groups"] = []any{map[string]any{
			"label": "@@//pkg:db", "name": "db", "scope": "process", "capacity": 1,
			"cases": []any{map[string]any{"glob": "*::test_other", "weight": 1, "mode": "exclusive"}},
		}}
		if args == nil {
			x.vars["TESTBRIDGE_TEST_ONLY"] = "d/test_a.py::test_b,elsewhere/test_x.py"
		}
		x.run(args...).wantExit(0)
		if got := x.outcomes(); len(got) != 1 || got["d/test_a.py::test_b"] != "pass" {
			t.Errorf("%v: got %v", args, got)
		}
	}
	x := newPytestTarget(t, "1", files)
	x.vars["TESTBRIDGE_TEST_ONLY"] = "elsewhere/test_x.py::test_x"
	x.run().wantLog("no case of this test was asked for; ")
}

// A runner that is told to stop takes its workers with it.
func TestPytestThatIsInterrupted(t *testing.T) {
	t.Parallel()
	x := newPytestTarget(t, "2", map[string]string{
		"conftest.py": journalist,
		"test_a.py":   "import time\nfrom conftest import note\ndef test_a():\n    note('sleeps')\n    time.sleep(60)\ndef test_b(): pass\n",
	})
	r := x.start()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if text, _ := x.read("journal"); strings.Contains(text, "sleeps") || time.Now().After(deadline) {
			break
		}
	}
	r.signal(syscall.SIGTERM)
	r.wantExit(128 + int(syscall.SIGTERM))
	if got := x.outcomes()["test_a.py::test_a"]; !strings.Contains(got, "the test was told to stop") {
		t.Errorf("got %q", got)
	}
}

// Printing the plan leaves no worker behind that would keep its files open.
func TestPlanOfPytest(t *testing.T) {
	t.Parallel()
	x := newPytestTarget(t, "2", map[string]string{"test_mixed.py": mixed, "conftest.py": journalist})
	delete(x.vars, "XML_OUTPUT_FILE")
	r := x.run("--interlock-plan=only")
	r.wantExit(0)
	r.wantLog(`"test_mixed.py::test_db[0]"`)
	r.wantLog(`"mark:db"`)
	if left, _ := filepath.Glob(filepath.Join(x.vars["TEST_TMPDIR"], "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Subtests may share a name: each of them is in test.xml.
func TestSubtestsOfOneName(t *testing.T) {
	t.Parallel()
	x := newPytestTarget(t, "1", map[string]string{"test_a.py": `
import unittest
class TestA(unittest.TestCase):
    def test_a(self):
        for i in range(3):
            with self.subTest("same"):
                assert i != 1
`})
	x.run().wantExit(1)
	var failed, all int
	for _, c := range x.report().Cases {
		if strings.Contains(c.Name, "[same]") {
			all++
			if c.Failure != nil {
				failed++
			}
		}
	}
	if all != 3 || failed != 1 {
		t.Errorf("%d subtests, of which %d failed: %+v", all, failed, x.report())
	}
}
