package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// suite is what pytest runs.
type suite struct {
	name string
	// files are their contents, by path.
	files map[string]string
	// unnamed are files that lie beside the others in the workspace, but do not belong to the
	// target: the runfiles have no link to them.
	unnamed []string
	args    []string
	// ourArgs are for the runner itself.
	ourArgs []string
	// plugins are the plugins that are installed, whatever the way: folders that run makes.
	plugins []string
	// timeoutSeconds is Bazel's timeout, if it differs from that of all suites.
	timeoutSeconds int
	// hangs says whether plain pytest may not end by itself. The runner then has a budget.
	hangs bool
	// longFolder says whether temporary folders have paths as long as in Bazel.
	longFolder bool
	// traits say what the suite does; known suites need none.
	traits traits
}

// Limits of time.
const (
	// plainLimit is the time for pytest without the runner if it hangs.
	plainLimit = 8 * time.Second
	// xdistLimit is longer, because xdist kills its workers after a while.
	xdistLimit = 30 * time.Second
	// budgetSeconds is the running budget of a suite that hangs.
	budgetSeconds = 8
	// hangingSeconds is Bazel's timeout of a suite that hangs.
	hangingSeconds = 25
	// limit is for everything that should end by itself.
	limit = 2 * time.Minute
)

// write makes the suite's files in a new folder.
func (s suite) write(dir string) error {
	for path, text := range s.files {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// link makes links to the files of the target, in a new folder, as Bazel does.
func (s suite) link(workspace, dir string) error {
	sources, data := s.sources()
	for _, path := range append(sources, data...) {
		link := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(filepath.Join(workspace, filepath.FromSlash(path)), link); err != nil {
			return err
		}
	}
	return nil
}

// sources returns the paths that the rule pytest_test would name, and data the other files of the
// target.
func (s suite) sources() (sources, data []string) {
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		switch {
		case slices.Contains(s.unnamed, path):
		case strings.HasSuffix(path, ".py"):
			sources = append(sources, path)
		default:
			data = append(data, path)
		}
	}
	return sources, data
}

// config returns the path of pytest's configuration; empty if there is none.
func (s suite) config() string {
	if _, ok := s.files["pytest.ini"]; ok {
		return "pytest.ini"
	}
	return ""
}
