package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/planfile"
)

// executable is a test's runner. Only the runner can list the cases.
type executable struct {
	Label string `json:"label"`
	// Path is below the execution root.
	Path string `json:"path"`
	// Environment is what the target sets.
	Environment map[string]string `json:"environment"`
	// args are the target's arguments.
	args []string
}

// executableOfTarget is evaluated by cquery.
const executableOfTarget = `json.encode(struct(label = str(target.label), path = target.files_to_run.executable.path, ` +
	`environment = providers(target)["RunEnvironmentInfo"].environment))`

// runners builds tests and returns their executables by label.
func (b bazel) runners(tests []test, flags []string) (map[string]executable, error) {
	var labels []string
	for _, t := range tests {
		labels = append(labels, t.label)
	}
	if err := b.build(labels, flags); err != nil {
		return nil, err
	}
	output, err := b.cquery(setOf(labels), executableOfTarget, flags)
	if err != nil {
		return nil, err
	}
	found := map[string]executable{}
	for line := range strings.Lines(output) {
		var e executable
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			return nil, fmt.Errorf("bazel cquery: %q: %w", line, err)
		}
		found[e.Label] = e
	}
	for _, t := range tests {
		e, ok := found[t.label]
		if !ok {
			return nil, fmt.Errorf("bazel cquery: no executable of %s", manifest.DisplayLabel(t.label))
		}
		e.args = t.args
		found[t.label] = e
	}
	return found, nil
}

// plan asks the runner for its plan, in an environment like a test's.
func (e executable) plan(root string) (planfile.File, error) {
	path := filepath.Join(root, e.Path)
	files := path + ".runfiles"
	if _, err := os.Stat(files); err != nil {
		return planfile.File{}, fmt.Errorf("%s: no runfiles, which its runner needs to list the cases (%w): "+
			"add --build_runfile_links and --remote_download_outputs=toplevel", manifest.DisplayLabel(e.Label), err)
	}
	tmp, err := os.MkdirTemp("", "interlock-")
	if err != nil {
		return planfile.File{}, err
	}
	defer os.RemoveAll(tmp)
	cmd := exec.Command(path, e.arguments()...)
	cmd.Dir = root
	cmd.Env = e.environ(files, tmp)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		return planfile.File{}, fmt.Errorf("%s: its runner has no plan: %w:\n%s%s", manifest.DisplayLabel(e.Label), err, output, &stderr)
	}
	f, err := planfile.Parse(output)
	if err != nil {
		return planfile.File{}, fmt.Errorf("%s: %w", manifest.DisplayLabel(e.Label), err)
	}
	return f, nil
}

const planOption = "--interlock-plan="

// arguments returns the arguments that ask for the plan. A target that has its plan written would
// run.
func (e executable) arguments() []string {
	own := slices.DeleteFunc(slices.Clone(e.args), func(arg string) bool { return strings.HasPrefix(arg, planOption) })
	return append([]string{planOption + "only"}, own...)
}

// ofOthers begin the variables that are about the process that started this command, or that no
// test would see.
var ofOthers = []string{"RUNFILES_", "TEST_", "TESTBRIDGE_", "BUILD_", "XML_OUTPUT_FILE", "JAVA_RUNFILES", "COVERAGE", "INTERLOCK_"}

func (e executable) environ(files, tmp string) []string {
	environ := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return slices.ContainsFunc(ofOthers, func(prefix string) bool { return strings.HasPrefix(entry, prefix) })
	})
	for _, name := range slices.Sorted(maps.Keys(e.Environment)) {
		environ = append(environ, name+"="+e.Environment[name])
	}
	// Programs find their files by these variables, and Go's tests their folder too.
	return append(environ, "RUNFILES_DIR="+files, "TEST_SRCDIR="+files, "TEST_WORKSPACE=_main", "TEST_TMPDIR="+tmp)
}
