package app

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/testkit/pythontest"
)

// journalist is a conftest.py with which each test records the process that runs it, and when it
// begins and ends.
const journalist = `
import os, time, pytest

def note(*words):
    with open(os.environ["JOURNAL"], "a") as f: f.write(" ".join(map(str, words)) + "\n")

note("process", os.environ.get("PYTEST_XDIST_WORKER", "master"))

@pytest.fixture(autouse=True)
def journal(request, worker_id):
    begin = time.time_ns()
    yield
    note("test", request.node.name, worker_id, begin, time.time_ns())
`

// newPytestTarget returns a target whose sources are some Python files.
func newPytestTarget(t *testing.T, workers string, files map[string]string) *target {
	t.Helper()
	python, path := pythontest.Find(t)
	names := slices.Sorted(maps.Keys(files))
	x := newTarget(t, fmt.Sprintf(`exec %s -c %q %s "$@"`, python, pythontest.Program, strings.Join(names, ",")))
	for name, text := range files {
		x.write(name, text, 0o644)
	}
	x.folder = x.dir
	x.manifest["framework"], x.manifest["workers"] = "protocol", workers
	x.vars["PYTHONPATH"], x.vars["PYTHONDONTWRITEBYTECODE"] = path, "1"
	x.vars["JOURNAL"] = filepath.Join(x.dir, "journal")
	return x
}

// ranTest is a line of the journal: a test that has run.
type ranTest struct {
	name, worker string
	begin, end   int64
}

// ran returns the tests that have run, and the names of the processes.
func (x *target) ran() (tests []ranTest, processes []string) {
	x.t.Helper()
	text, _ := x.read("journal")
	for line := range strings.Lines(text) {
		var r ranTest
		var process string
		if n, _ := fmt.Sscanf(line, "test %s %s %d %d", &r.name, &r.worker, &r.begin, &r.end); n == 4 {
			tests = append(tests, r)
		} else if n, _ := fmt.Sscanf(line, "process %s", &process); n == 1 {
			processes = append(processes, process)
		}
	}
	slices.SortFunc(tests, func(a, b ranTest) int { return int(a.begin - b.begin) })
	return tests, processes
}

// atOnce returns the most tests with a prefix that ran at the same time.
func atOnce(tests []ranTest, prefix string) int {
	most := 0
	for _, a := range tests {
		n := 0
		for _, b := range tests {
			if strings.HasPrefix(a.name, prefix) && strings.HasPrefix(b.name, prefix) && b.begin <= a.begin && a.begin < b.end {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}
