package main

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// test is what Bazel and test.xml report about a target.
type test struct {
	green bool
	// cases are the worst outcomes of top-level cases, over all shards and runs.
	cases map[string]outcome
	// parts are the names of their parts.
	parts map[string]bool
	// verbose says that the program has asked for -test.v: its parts are known by its output, which
	// it may have closed.
	verbose bool
}

type outcome int

const (
	skipped outcome = iota
	passed
	failed
)

func (o outcome) String() string { return [...]string{"skipped", "passed", "failed"}[o] }

// readStatuses returns whether tests are green, by label.
func readStatuses(path string) (map[string]bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	statuses := map[string]bool{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var event struct {
			ID struct {
				TestSummary struct{ Label string }
			}
			TestSummary struct{ OverallStatus string }
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			return nil, err
		}
		if label := event.ID.TestSummary.Label; label != "" {
			statuses[strings.TrimPrefix(label, "@@")] = event.TestSummary.OverallStatus == "PASSED"
		}
	}
	return statuses, lines.Err()
}

type pair struct{ plain, ours string }

// pairsOf returns the labels of tests of the same program: PACKAGE:plain_NAME and
// PACKAGE:WAY_NAME. A test without a plain one is an error.
func pairsOf(statuses map[string]bool) (pairs []pair, err error) {
	for _, ours := range slices.Sorted(maps.Keys(statuses)) {
		if isPlain(ours) {
			continue
		}
		plain := ""
		for other := range statuses {
			// If one name is a suffix of another, the longest counts.
			if isPlain(other) && isOfProgram(ours, other) && len(other) > len(plain) {
				plain = other
			}
		}
		if plain == "" {
			return nil, fmt.Errorf("%s: there is no plain test beside it", ours)
		}
		pairs = append(pairs, pair{plain, ours})
	}
	return pairs, nil
}

const plainPrefix = ":plain"

func isPlain(label string) bool { return strings.Contains(label, plainPrefix) }

func isOfProgram(label, plain string) bool {
	folder, name, _ := strings.Cut(label, ":")
	of, program, _ := strings.Cut(plain, plainPrefix)
	return of == folder && strings.HasSuffix(name, program)
}

func folderOf(logs, label string) string {
	return filepath.Join(logs, strings.ReplaceAll(strings.TrimPrefix(label, "//"), ":", "/"))
}

// readPlain returns what a program has noted about its own cases.
func readPlain(logs, label string, green bool) (test, error) {
	t := test{green: green, cases: map[string]outcome{}}
	text, err := os.ReadFile(filepath.Join(folderOf(logs, label), "test.outputs", "journal"))
	if err != nil && !os.IsNotExist(err) {
		return t, err
	}
	for line := range strings.Lines(string(text)) {
		name, word, _ := strings.Cut(strings.TrimSpace(line), " ")
		t.set(name, map[string]outcome{"pass": passed, "fail": failed, "skip": skipped}[word])
	}
	return t, nil
}

// readOurs returns what test.xml reports for each shard.
func readOurs(logs, label string, green bool) (test, error) {
	t := test{green: green, cases: map[string]outcome{}, parts: map[string]bool{}}
	reports, err := filepath.Glob(filepath.Join(folderOf(logs, label), "test.xml"))
	shards, _ := filepath.Glob(filepath.Join(folderOf(logs, label), "shard_*", "test.xml"))
	if err != nil {
		return t, err
	}
	for _, report := range append(reports, shards...) {
		if err := t.add(report); err != nil {
			return t, fmt.Errorf("%s: %w", report, err)
		}
		log, err := os.ReadFile(filepath.Join(filepath.Dir(report), "test.log"))
		if err != nil {
			return t, err
		}
		t.verbose = t.verbose || strings.Contains(string(log), "=== RUN ")
	}
	return t, nil
}

// set notes an outcome: of several outcomes the worst counts.
func (t test) set(name string, o outcome) {
	if before, known := t.cases[name]; !known || o > before {
		t.cases[name] = o
	}
}

func (t test) add(report string) error {
	text, err := os.ReadFile(report)
	if err != nil {
		return err
	}
	var suites struct {
		Suites []struct {
			Cases []struct {
				Name string    `xml:"name,attr"`
				F    *struct{} `xml:"failure"`
				E    *struct{} `xml:"error"`
				S    *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &suites); err != nil {
		return err
	}
	for _, s := range suites.Suites {
		for _, c := range s.Cases {
			o := passed
			switch {
			case c.F != nil || c.E != nil:
				o = failed
			case c.S != nil:
				o = skipped
			}
			if strings.Contains(c.Name, "/") {
				t.parts[c.Name] = true
			} else {
				t.set(c.Name, o)
			}
		}
	}
	return nil
}
