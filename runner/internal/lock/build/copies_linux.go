package build

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// groupFiles are the lock files of a group, as absolute real paths.
type groupFiles struct {
	// turnstile has all copies of the queue's file, sorted.
	turnstile []string
	// units has, for each unit, all its copies, sorted.
	units [][]string
}

// CopyError says that a lock file is not the one that other tests see, so
// that locking it would exclude nobody.
type CopyError struct {
	// Group is the label of the group.
	Group string
	// Path is the real path of the file that was found.
	Path string
}

// Error says what was found, why it is refused, and the remedy.
func (e *CopyError) Error() string {
	return fmt.Sprintf("%s: %s is a copy of the group's lock file%s: locking it would exclude nobody. "+
		"Run the test with a strategy that links a test to its inputs (linux-sandbox without "+
		"--experimental_use_hermetic_linux_sandbox, processwrapper-sandbox, or local); "+
		"hermetic sandboxes, Docker and remote execution copy them", e.Group, e.Path, e.strategy())
}

var (
	sandboxDir = regexp.MustCompile(`/sandbox/([^/]+)/[0-9]+/execroot/`)
	// hermeticDir is what a hermetic linux-sandbox calls that folder, of which
	// it makes the root folder.
	hermeticDir = regexp.MustCompile(`^/execroot/`)
)

// strategy names the strategy that made the copy, where the path tells it.
func (e *CopyError) strategy() string {
	if hermeticDir.MatchString(e.Path) {
		return " that a hermetic sandbox made"
	}
	if m := sandboxDir.FindStringSubmatch(e.Path); m != nil {
		return fmt.Sprintf(" that the strategy %s made", m[1])
	}
	return ""
}

// findFiles returns the files of g in every configuration that has been built.
//
// Several configurations have a copy each, so a unit is the set of its copies,
// and to hold it is to hold all of them. Of two runners the one that looks
// later sees both its own copy and the other's, since a copy exists before any
// runner of its configuration starts: so any two runners have a copy in common.
func findFiles(g Group, resolve Resolve) (*groupFiles, error) {
	turnstile, err := findCopies(g, "turnstile", resolve)
	if err != nil {
		return nil, err
	}
	files := &groupFiles{turnstile: turnstile}
	for i := range g.Capacity {
		unit, err := findCopies(g, fmt.Sprint(i), resolve)
		if err != nil {
			return nil, err
		}
		files.units = append(files.units, unit)
	}
	return files, nil
}

// findCopies returns all copies of one file of g, sorted.
func findCopies(g Group, file string, resolve Resolve) ([]string, error) {
	suffix := "." + file + ".lock"
	runfile, err := resolve(g.Runfile + suffix)
	if err != nil {
		return nil, fmt.Errorf("%s: lock file %s: %w", g.Label, g.Runfile+suffix, err)
	}
	own, err := filepath.EvalSymlinks(runfile)
	if err != nil {
		return nil, fmt.Errorf("%s: lock file: %w", g.Label, err)
	}
	bazelOut, ok := bazelOutOf(own, g.Output+suffix)
	if !ok {
		return nil, &CopyError{Group: g.Label, Path: own}
	}
	configurations, err := os.ReadDir(bazelOut)
	if err != nil {
		return nil, fmt.Errorf("%s: looking for the lock files of other configurations: %w", g.Label, err)
	}
	copies := []string{own}
	for _, c := range configurations {
		path := filepath.Join(bazelOut, c.Name(), "bin", g.Output+suffix)
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && path != own {
			copies = append(copies, path)
		}
	}
	slices.Sort(copies)
	return copies, nil
}

// bazelOutOf returns the folder bazel-out of the output base if own is there,
// as <output base>/execroot/<workspace>/bazel-out/<configuration>/bin/<output>.
func bazelOutOf(own, output string) (string, bool) {
	bin, ok := strings.CutSuffix(own, "/bin/"+output)
	if !ok || sandboxDir.MatchString(own) || hermeticDir.MatchString(own) {
		return "", false
	}
	bazelOut := filepath.Dir(bin)
	execroot := filepath.Dir(filepath.Dir(bazelOut))
	return bazelOut, filepath.Base(bazelOut) == "bazel-out" && filepath.Base(execroot) == "execroot"
}
