package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/timings"
)

// collectTimings writes the durations of the tests' cases into the files that the tests declare.
func collectTimings(b bazel, args []string, stdout io.Writer) error {
	own := flag.NewFlagSet("timings", flag.ContinueOnError)
	var from []string
	own.Func("from", "", func(dir string) error {
		from = append(from, b.resolve(dir))
		return isFolder(b.resolve(dir))
	})
	force := own.Bool("force", false, "")
	given, err := parseArguments(own, args)
	if err != nil {
		return err
	}
	output, err := b.rules(queryOf(given.orAll()), "args", "timings")
	if err != nil {
		return err
	}
	tests, err := parseTests(output)
	if err != nil {
		return err
	}
	undeclared := func(t test) bool { return t.timings == "" }
	declared := slices.DeleteFunc(slices.Clone(tests), undeclared)
	if len(declared) > 0 {
		r := refresh{bazel: b, flags: given.flags, stdout: stdout, force: *force}
		err = r.run(declared, from)
	}
	if n := len(tests) - len(declared); n > 0 {
		fmt.Fprintf(stdout, "%s without timings; to collect them, add to the target: timings = \"timings.json\"\n", count(n, "test"))
	}
	return err
}

// isFolder returns an error for a path that is not a folder or does not exist.
func isFolder(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = errors.New("it is not a folder")
	}
	return err
}

// refresh updates the timings of tests.
type refresh struct {
	bazel
	flags  []string
	stdout io.Writer
	force  bool // write them whether that pays or not

	workspace, root string
}

func (r *refresh) run(tests []test, from []string) error {
	if err := r.checkTimings(tests); err != nil {
		return err
	}
	info, err := r.info(r.flags, "bazel-testlogs", "execution_root", "workspace")
	if err != nil {
		return err
	}
	r.workspace, r.root = info["workspace"], info["execution_root"]
	if err := r.create(tests); err != nil {
		return err
	}
	measured, err := r.measured(tests, append([]string{info["bazel-testlogs"]}, from...))
	if err != nil || len(measured) == 0 {
		return err
	}
	tests = slices.DeleteFunc(slices.Clone(tests), func(t test) bool { return measured[t.label] == nil })
	runners, err := r.runners(tests, r.flags)
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range tests {
		errs = append(errs, r.update(t, measured[t.label], runners[t.label]))
	}
	return errors.Join(errs...)
}

func (r *refresh) create(tests []test) error {
	for _, t := range tests {
		created, err := timings.Create(r.pathOf(t))
		if err != nil {
			return err
		}
		if created {
			fmt.Fprintf(r.stdout, "%s: created, since %s cannot be built without it\n", pathOf(t.timings), manifest.DisplayLabel(t.label))
		}
	}
	return nil
}

func (r *refresh) pathOf(t test) string {
	return filepath.Join(r.workspace, filepath.FromSlash(pathOf(t.timings)))
}

// measured returns the runs of the tests that have any.
func (r *refresh) measured(tests []test, logs []string) (map[string]runs, error) {
	measured := map[string]runs{}
	for _, t := range tests {
		found, err := runsOf(t.label, logs)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			r.say(t, "no case of it has passed: kept; run it first: bazel test %s", manifest.DisplayLabel(t.label))
			continue
		}
		measured[t.label] = found
	}
	return measured, nil
}

// update writes the timings of a test, if that pays.
func (r *refresh) update(t test, found runs, runner executable) error {
	plan, err := runner.plan(r.root)
	if err != nil {
		return err
	}
	path := r.pathOf(t)
	file, err := timings.Read(path, path)
	if err != nil {
		return err
	}
	g, err := compare(plan, found)
	if err != nil {
		return err
	}
	makespans := fmt.Sprintf("%s -> %s expected", seconds(g.before.Seconds()), seconds(g.after.Seconds()))
	if !g.pays() && !r.force {
		r.say(t, "%s: kept, since that saves less than %.0f %%; --force writes them", makespans, 100*worthwhile)
		return nil
	}
	file[manifest.TargetName(t.label)] = g.times
	if err := file.Write(path); err != nil {
		return err
	}
	r.say(t, "%s: written", makespans)
	return nil
}

func (r *refresh) say(t test, format string, args ...any) {
	fmt.Fprintf(r.stdout, "%s: %s\n", manifest.DisplayLabel(t.label), fmt.Sprintf(format, args...))
}
