// Package suites runs public test suites that need real servers: plainly, one test after the other
// on one server that stays up, and with Bazel, on instances of a resource group that a setup
// starts. Nothing of a suite is in this repository: Place fetches what it needs.
//
// The parts are:
//
//   - suite.go, gosuite.go and pytestsuite.go: which suites there are, and how they come here;
//   - gomodules.go: what Bazel needs for those in Go;
//   - server.go: the kinds of server;
//   - workspace.go: what is generated for Bazel;
//   - plain.go and bazel.go: the two ways to run a suite;
//   - witness.go and uses.go: which tests had which server when, by what they say themselves.
package suites

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// Place is where suites are.
type Place struct {
	// Folder has everything that is fetched and generated. It may stay for the next time.
	Folder string
	// Repository is the folder of rules_interlock.
	Repository string
	// Workers is how many tests of one target may run at once.
	Workers int
}

// Result is what became of a suite that ran once.
type Result struct {
	// Parts are the outcomes by part: a package of Go, or a whole suite of pytest.
	Parts map[string]outcomes.Results
	// Took is the time of all tests together, without what comes before the first one.
	Took time.Duration
	// PartTook is the time of each package of Go, and SetUpTook that of the server. Only a plain run
	// has them.
	PartTook  map[string]time.Duration
	SetUpTook time.Duration
	// SetUps and Resets count servers that were started and that were reset.
	SetUps, Resets int
	// Longest is the longest wait and the longest case. Only a run with Bazel has it.
	Longest Longest
	// Uses is what the tests have written down about their servers. A plain run has none.
	Uses Uses
}

// Prepare fetches the suites, builds them and generates the workspace.
func (p Place) Prepare(ctx context.Context, suites []Suite) error {
	if err := os.MkdirAll(p.log(), 0o755); err != nil {
		return err
	}
	for _, s := range suites {
		if err := s.bring(ctx, p); err != nil {
			return err
		}
	}
	modules := goModulesOf(suites)
	if err := p.writeWorkspace(ctx, modules); err != nil {
		return err
	}
	return modules.generate(ctx, p)
}

func (p Place) workspace() string { return filepath.Join(p.Folder, "workspace") }

// path returns the path of something in the workspace.
func (p Place) path(names ...string) string {
	return filepath.Join(append([]string{p.workspace()}, names...)...)
}

// log is the folder in which servers and tests write down what they do.
func (p Place) log() string { return filepath.Join(p.Folder, "log") }

// clearLog forgets what was written down so far.
func (p Place) clearLog() error {
	if err := os.RemoveAll(p.log()); err != nil {
		return err
	}
	return os.MkdirAll(p.log(), 0o755)
}

// logged counts the lines of a file of the log, which need not be there.
func (p Place) logged(file string) (int, error) {
	text, err := os.ReadFile(filepath.Join(p.log(), file))
	if os.IsNotExist(err) {
		return 0, nil
	}
	return strings.Count(string(text), "\n"), err
}
