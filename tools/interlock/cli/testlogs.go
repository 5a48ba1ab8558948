package cli

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/interlock-build/rules_interlock/internal/planfile"
)

// runs are the durations of cases, in seconds, by name. Parts of cases, such as subtests, have
// names too.
type runs map[string][]float64

// partOfTest matches the folders for the results of a test that is sharded or runs more than
// once. Other folders belong to packages below.
var partOfTest = regexp.MustCompile(`^(shard|run)_\d+_of_\d+(_run_\d+_of_\d+)?$`)

// runsOf collects the passed runs of a test, from folders with the layout of bazel-testlogs.
// Attempts that Bazel repeated do not count.
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

// reportsIn returns the test.xml files of a test. There may be none, because it never ran.
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
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var all testSuites
	if err := xml.Unmarshal(text, &all); err != nil {
		return fmt.Errorf("%s: %w: it is not in JUnit's format; remove it, or run its test again", file, err)
	}
	r.addSuites(all)
	return nil
}

// testSuites is the part of a test.xml that counts, in any element that contains suites or cases.
// Libraries for the format do not read the properties of cases.
type testSuites struct {
	Suites []testSuites `xml:"testsuite"`
	Cases  []testCase   `xml:"testcase"`
}

type testCase struct {
	Name       string     `xml:"name,attr"`
	Seconds    float64    `xml:"time,attr"`
	Failure    *struct{}  `xml:"failure"`
	Error      *struct{}  `xml:"error"`
	Skipped    *struct{}  `xml:"skipped"`
	Properties []property `xml:"properties>property"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

func (c testCase) passed() bool { return c.Failure == nil && c.Error == nil && c.Skipped == nil }

// nameInPlan returns the case's name in the plan. If test.xml has another name, it has the plan's
// as a property.
func (c testCase) nameInPlan() string {
	for _, p := range c.Properties {
		if p.Name == "interlock.case" {
			return p.Value
		}
	}
	return c.Name
}

// numberOfRun ends the name of a case that --interlock-repeat repeats.
var numberOfRun = regexp.MustCompile(` #\d+$`)

// of returns the runs of the cases of a plan.
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

func (r runs) addSuites(s testSuites) {
	for _, c := range s.Cases {
		if name := c.nameInPlan(); c.passed() {
			r[name] = append(r[name], c.Seconds)
		}
	}
	for _, inner := range s.Suites {
		r.addSuites(inner)
	}
}
