package suites

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// Way is how Bazel runs a suite.
type Way struct {
	// Sandbox is the strategy for tests.
	Sandbox string
	// Jobs is how many targets run at once.
	Jobs int
	// Prefix is a command that runs Bazel's, such as one that keeps servers; empty for none.
	Prefix []string
	// Target is the only target to run, and Runs how often; all of them once if they are empty.
	Target string
	Runs   int
}

func (w Way) String() string {
	if len(w.Prefix) > 0 {
		return w.Sandbox + ", keeper"
	}
	return w.Sandbox
}

// Bazel's exit code when it ran, and tests failed.
const testsFailed = 3

// Bazel runs all targets of a suite.
func (p Place) Bazel(ctx context.Context, s Suite, w Way) (r Result, err error) {
	targets := cmp.Or(w.Target, "//"+s.Name()+"/...")
	if err := p.bazel(ctx, nil, append([]string{"build"}, p.flags(w, targets)...), 0); err != nil {
		return r, err
	}
	if err := errors.Join(p.clearLog(), p.forget(s)); err != nil {
		return r, err
	}
	uses, err := newWitness(p.log())
	if err != nil {
		return r, err
	}
	began := time.Now()
	err = p.bazel(ctx, w.Prefix, append([]string{"test"}, p.flags(w, targets)...), 0, testsFailed)
	r.Took = time.Since(began)
	if err := errors.Join(err, uses.close()); err != nil {
		return r, err
	}
	if err := p.keepLogs(s, w); err != nil {
		return r, err
	}
	if err := p.readLog(&r); err != nil || w.Runs > 1 { // then there are several reports of each target
		return r, err
	}
	return r, p.readReports(s, &r)
}

func (p Place) flags(w Way, targets string) []string {
	return []string{
		"--color=no", "--curses=no", "--noshow_progress", "--keep_going", "--nocache_test_results",
		fmt.Sprintf("--jobs=%d", w.Jobs), fmt.Sprintf("--local_test_jobs=%d", w.Jobs), "--strategy=TestRunner=" + w.Sandbox,
		fmt.Sprintf("--runs_per_test=%d", max(w.Runs, 1)),
		"--sandbox_writable_path=" + p.log(), "--build_event_json_file=" + p.events(), targets,
	}
}

// events is the file in which Bazel says how targets ended.
func (p Place) events() string { return filepath.Join(p.Folder, "events.json") }

// bazel runs Bazel in the workspace, which has to end with one of some exit codes.
func (p Place) bazel(ctx context.Context, prefix, args []string, codes ...int) error {
	line := slices.Concat(prefix, []string{filepath.Join(p.Repository, "tools", "bazel")}, args)
	command := exec.CommandContext(ctx, line[0], line[1:]...)
	command.Dir = p.workspace()
	command.Env = append(withoutRun(os.Environ()), "PWD="+command.Dir)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	log, err := command.CombinedOutput()
	if ctx.Err() != nil || command.ProcessState == nil {
		return errors.Join(ctx.Err(), err)
	}
	if code := command.ProcessState.ExitCode(); !slices.Contains(codes, code) {
		return fmt.Errorf("%s ended with %d:\n%s", strings.Join(line, " "), code, log)
	}
	return nil
}

// Keeper builds the command interlock and returns what begins a command line that runs beside a
// keeper of services: for Way.Prefix.
func (p Place) Keeper(ctx context.Context) ([]string, error) {
	const target = "@rules_interlock//tools/interlock"
	if err := p.bazel(ctx, nil, []string{"build", target}, 0); err != nil {
		return nil, err
	}
	var found []string
	for _, question := range [][]string{{"info", "execution_root"}, {"cquery", "--output=files", target}} {
		env := append(withoutRun(os.Environ()), "PWD="+p.workspace())
		text, err := output(ctx, p.workspace(), env, filepath.Join(p.Repository, "tools", "bazel"), question...)
		if err != nil {
			return nil, err
		}
		found = append(found, strings.TrimSpace(string(text)))
	}
	// A copy stays as it is, whatever Bazel builds next.
	text, err := os.ReadFile(filepath.Join(found...))
	if err != nil {
		return nil, err
	}
	file := filepath.Join(p.Folder, "interlock")
	return []string{file, "with-services", "--"}, errors.Join(os.RemoveAll(file), os.WriteFile(file, text, 0o755))
}

// withoutRun returns an environment without what `bazel run` has added.
func withoutRun(env []string) []string {
	return slices.DeleteFunc(env, func(entry string) bool {
		return strings.HasPrefix(entry, "BUILD_WORK") || strings.HasPrefix(entry, "RUNFILES_")
	})
}

// logs is the folder of what Bazel keeps of the tests of a suite.
func (p Place) logs(s Suite) string {
	return filepath.Join(p.workspace(), "bazel-testlogs", s.Name())
}

// keepLogs copies the logs to where the next run leaves them alone: Folder/logs.
func (p Place) keepLogs(s Suite, w Way) error {
	to := filepath.Join(p.Folder, "logs", s.Name(), strings.ReplaceAll(w.String(), ", ", "-"))
	from, err := filepath.EvalSymlinks(p.logs(s))
	if err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(to), os.CopyFS(to, os.DirFS(from)))
}

// forget removes what earlier runs have left.
func (p Place) forget(s Suite) error {
	folder, err := filepath.EvalSymlinks(p.logs(s))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(folder)
}

// readLog reads what servers and tests have written down.
func (p Place) readLog(r *Result) (err error) {
	if r.SetUps, err = p.logged("setups"); err != nil {
		return err
	}
	if r.Resets, err = p.logged("resets"); err != nil {
		return err
	}
	r.Uses, err = readUses(filepath.Join(p.log(), "uses"))
	return err
}

// readReports reads the outcomes of all targets, and how long their cases have waited.
func (p Place) readReports(s Suite, r *Result) error {
	text, err := os.ReadFile(p.events())
	if err != nil {
		return err
	}
	passed, err := parseSummaries(text)
	if err != nil {
		return err
	}
	ok := map[string]bool{}
	r.Parts = map[string]outcomes.Results{}
	for target, good := range passed {
		part := s.partOf(target)
		if r.Parts[part] == nil {
			r.Parts[part], ok[part] = outcomes.Results{}, true
		}
		ok[part] = ok[part] && good
		r.Parts[part].SetPackage(ok[part])
		report := filepath.Join(p.workspace(), "bazel-testlogs", folderOf(target), "test.xml")
		longest, err := readLongest(report)
		if err := errors.Join(err, r.Parts[part].AddReport(report)); err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
		r.Longest = r.Longest.with(longest)
	}
	return nil
}

// folderOf returns the folder of a target's logs.
func folderOf(target string) string {
	return strings.Replace(strings.TrimPrefix(target, "//"), ":", "/", 1)
}
