package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/interlock-build/rules_interlock/runner/planfile"
	"github.com/joshdk/go-junit"
)

// runs are the times that cases took, in seconds, by name. Parts of cases, such
// as subtests, have names too.
type runs map[string][]float64

// partOfTest matches the folders in which a test that is sharded, or runs more
// than once, has its results. Other folders are of packages below.
var partOfTest = regexp.MustCompile(`^(shard|run)_\d+_of_\d+(_run_\d+_of_\d+)?$`)

// runsOf collects those of a test that passed, from folders that are laid out
// like bazel-testlogs. What attempts left that Bazel repeated is not counted.
func runsOf(label string, logs []string) (runs, error) {
	found := runs{}
	for _, dir := range logs {
		files, err := reportsIn(filepath.Join(dir, pathOf(label)))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if err := found.add(file); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// reportsIn returns the test.xml files of a test, which may never have run.
func reportsIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		file := filepath.Join(dir, e.Name())
		if partOfTest.MatchString(e.Name()) {
			file = filepath.Join(file, "test.xml")
		} else if e.Name() != "test.xml" {
			continue
		}
		if _, err := os.Stat(file); err == nil {
			files = append(files, file)
		}
	}
	return files, nil
}

func (r runs) add(file string) error {
	suites, err := junit.IngestFile(file)
	if err != nil {
		return fmt.Errorf("%s: %w: it is not in JUnit's format; remove it, or run its test again", file, err)
	}
	r.addSuites(suites)
	return nil
}

// numberOfRun ends the name of a case that --interlock-repeat repeats.
var numberOfRun = regexp.MustCompile(` #\d+$`)

// of returns those of the cases of a plan.
func (r runs) of(plan planfile.File) runs {
	own := runs{}
	for _, c := range plan.Cases {
		own[c.Name] = r[c.Name]
	}
	for name, seconds := range r {
		repeated := numberOfRun.ReplaceAllString(name, "")
		if _, ok := own[repeated]; ok && repeated != name && own[name] == nil {
			own[repeated] = append(own[repeated], seconds...)
		}
	}
	return own
}

func (r runs) addSuites(suites []junit.Suite) {
	for _, s := range suites {
		for _, t := range s.Tests {
			if t.Status == junit.StatusPassed {
				r[t.Name] = append(r[t.Name], t.Duration.Seconds())
			}
		}
		r.addSuites(s.Suites)
	}
}
