package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// bazelVariable has the Bazel to ask, in place of the one on PATH.
const bazelVariable = "RULES_INTERLOCK_BAZEL"

// bazel asks Bazel about the user's workspace.
type bazel struct {
	program string
	dir     string
	stderr  io.Writer
}

func newBazel(getenv func(string) string, stderr io.Writer) bazel {
	return bazel{
		program: cmp.Or(getenv(bazelVariable), "bazel"),
		dir:     getenv("BUILD_WORKING_DIRECTORY"), // where the user started `bazel run`
		stderr:  stderr,
	}
}

// resolve returns the location of a path that the user gave.
func (b bazel) resolve(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(b.dir, path)
}

// query returns the labels that a query finds, one a line.
func (b bazel) query(query string) (string, error) {
	return b.run("query", "--output=label", "--", query)
}

// rules returns the rules that a query finds, one a line, with some of their attributes. An
// attribute that is a select() has no value.
func (b bazel) rules(query string, attributes ...string) (string, error) {
	return b.run("query", "--consistent_labels", "--output=streamed_jsonproto", "--proto:flatten_selects=false",
		"--proto:output_rule_attrs="+strings.Join(attributes, ","), "--", query)
}

// kinds returns the kind and the label of each target, one a line.
func (b bazel) kinds(labels []string) (string, error) {
	return b.withFile(setOf(labels), func(file string) (string, error) {
		return b.run("query", "--consistent_labels", "--output=label_kind", "--query_file="+file)
	})
}

// cquery returns the result of a Starlark expression for each target that a query finds.
func (b bazel) cquery(query, expression string, flags []string) (string, error) {
	return b.withFile(query, func(file string) (string, error) {
		args := append([]string{"cquery"}, flags...)
		return b.run(append(args, "--output=starlark", "--starlark:expr="+expression, "--query_file="+file)...)
	})
}

// build builds targets.
func (b bazel) build(labels, flags []string) error {
	_, err := b.withFile(strings.Join(labels, "\n"), func(file string) (string, error) {
		return b.run(append(append([]string{"build"}, flags...), "--target_pattern_file="+file)...)
	})
	return err
}

// info returns Bazel's values of these keys, of which there must be at least two.
func (b bazel) info(flags []string, keys ...string) (map[string]string, error) {
	output, err := b.run(append(append([]string{"info"}, flags...), keys...)...)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for line := range strings.Lines(output) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		values[key] = value
	}
	for _, key := range keys {
		if values[key] == "" {
			return nil, fmt.Errorf("bazel info: no %s in %q", key, output)
		}
	}
	return values, nil
}

// withFile calls use with a file that contains text, which may be longer than an argument can be.
func (b bazel) withFile(text string, use func(file string) (string, error)) (string, error) {
	file, err := os.CreateTemp("", "interlock-")
	if err != nil {
		return "", err
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Close()); err != nil {
		return "", err
	}
	return use(file.Name())
}

// run runs a Bazel command and returns what it prints. Only a build may take long enough to show
// its progress.
func (b bazel) run(args ...string) (string, error) {
	if args[0] != "build" {
		args = slices.Insert(args, 1, "--noshow_progress", "--ui_event_filters=-info")
	}
	cmd := exec.Command(b.program, args...)
	cmd.Dir, cmd.Stderr = b.dir, b.stderr
	output, err := cmd.Output()
	if err != nil {
		return "", b.explain(fmt.Errorf("%s %s: %w", b.program, args[0], err))
	}
	return string(output), nil
}

// explain says of an error of Bazel's what the user may not have known.
func (b bazel) explain(err error) error {
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("there is no program %q on PATH\nhint: install Bazel or Bazelisk, or let %s be the Bazel to ask", b.program, bazelVariable)
	case !inWorkspace(cmp.Or(b.dir, ".")):
		return fmt.Errorf("%w\nhint: this is not a Bazel workspace: start the command in the folder of a MODULE.bazel, or below it", err)
	}
	return err
}

// inWorkspace reports whether a folder is in a workspace of Bazel's.
func inWorkspace(dir string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return true // nobody knows
	}
	for {
		for _, name := range []string{"MODULE.bazel", "REPO.bazel", "WORKSPACE.bazel", "WORKSPACE"} {
			if info, err := os.Stat(filepath.Join(dir, name)); err == nil && !info.IsDir() {
				return true
			}
		}
		if dir == filepath.Dir(dir) {
			return false
		}
		dir = filepath.Dir(dir)
	}
}
