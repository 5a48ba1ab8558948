package build

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// CopyError says that a lock file is not the one that other tests see, so that a lock on it would
// exclude nobody.
type CopyError struct {
	// Group is the label of the group.
	Group string
	// Path is the real path of the file that was found.
	Path string
}

// Error says what was found, why it is refused, and how to fix it.
func (e *CopyError) Error() string {
	return fmt.Sprintf("%s: %s is a copy of the group's lock file%s: locking it would exclude nobody. "+
		"Run the test with a strategy that links a test to its inputs (linux-sandbox without "+
		"--experimental_use_hermetic_linux_sandbox, processwrapper-sandbox, or local); "+
		"hermetic sandboxes, Docker and remote execution copy them", e.Group, e.Path, e.strategy())
}

// sandboxDir matches the folder that a strategy makes for one action, in place of an output base.
// A hermetic linux-sandbox makes it the root folder.
var sandboxDir = regexp.MustCompile(`/sandbox/([^/]+)/[0-9]+$`)

// strategy names the strategy that made the copy, if the path shows it.
func (e *CopyError) strategy() string {
	at := strings.LastIndex(e.Path, "/execroot/")
	if at == 0 {
		return " that a hermetic sandbox made"
	}
	if at > 0 {
		if m := sandboxDir.FindStringSubmatch(e.Path[:at]); m != nil {
			return fmt.Sprintf(" that the strategy %s made", m[1])
		}
	}
	return ""
}

// finder finds the files of a group one by one, and caches what they have in common.
type finder struct {
	group   Group
	resolve Resolve
	folders realFolders
	// configurations is the result of configurationsIn for each folder bazel-out.
	configurations map[string][]string
}

// copies returns all copies of one file of the group, sorted, and the folder bazel-out that
// contains them.
func (f *finder) copies(file string) (copies []string, bazelOut string, err error) {
	label, suffix := f.group.Label, "."+file+".lock"
	runfile, err := f.resolve(f.group.Runfile + suffix)
	if err != nil {
		return nil, "", fmt.Errorf("%s: lock file %s: %w", label, f.group.Runfile+suffix, err)
	}
	own, err := f.folders.realPath(runfile)
	if err != nil {
		return nil, "", fmt.Errorf("%s: lock file: %w", label, err)
	}
	bazelOut, ok := bazelOutOf(own, f.group.Output+suffix)
	if !ok {
		return nil, "", &CopyError{Group: label, Path: own}
	}
	configurations, err := f.configurationsIn(bazelOut)
	if err != nil {
		return nil, "", fmt.Errorf("%s: looking for the lock files of other configurations: %w", label, err)
	}
	copies = []string{own}
	for _, c := range configurations {
		path := bazelOut + "/" + c + "/bin/" + f.group.Output + suffix
		if path != own && isRegular(path) {
			copies = append(copies, path)
		}
	}
	slices.Sort(copies)
	return copies, bazelOut, nil
}

// configurationsIn returns the names of the configurations in which something of the group's
// package was built. In most configurations nothing of it was.
func (f *finder) configurationsIn(bazelOut string) ([]string, error) {
	if names, ok := f.configurations[bazelOut]; ok {
		return names, nil
	}
	entries, err := os.ReadDir(bazelOut)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, e := range entries {
		if exists(filepath.Dir(bazelOut + "/" + e.Name() + "/bin/" + f.group.Output)) {
			names = append(names, e.Name())
		}
	}
	f.configurations[bazelOut] = names
	return names, nil
}

// bazelOutOf returns the folder bazel-out of the output base if own is there, as <output
// base>/execroot/<workspace>/bazel-out/<configuration>/bin/<output>.
//
// Any other place with such a path is a sandbox of some kind, in which own is a copy: only an
// output base has the folder of its server. The output base may itself be in the sandbox of
// another Bazel.
func bazelOutOf(own, output string) (string, bool) {
	bin, ok := strings.CutSuffix(own, "/bin/"+output)
	if !ok {
		return "", false
	}
	bazelOut := filepath.Dir(bin)
	execroot := filepath.Dir(filepath.Dir(bazelOut))
	base := filepath.Dir(execroot)
	if filepath.Base(bazelOut) != "bazel-out" || filepath.Base(execroot) != "execroot" {
		return "", false
	}
	return bazelOut, !sandboxDir.MatchString(base) && exists(base+"/server")
}
