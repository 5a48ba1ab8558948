package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// run is one run of a test (--runs_per_test), of one case of it, or of a script.
type run struct {
	build  string // the name of the build, if there are several; empty for a script
	target string // or the name of a script
	number int
	test   string // the case; empty for a test without cases
}

func (r run) String() string {
	text := strings.TrimSuffix(fmt.Sprintf("%s %s", r.target, r.test), " ")
	if r.build != "" {
		return fmt.Sprintf("%s (run %d of %s)", text, r.number, r.build)
	}
	return fmt.Sprintf("%s (run %d)", text, r.number)
}

// Facts that programs add to their records.
const (
	// locks is the configuration of the lock files; empty if there are none.
	locks = "locks"
	// network is the network namespace.
	network = "network"
)

// record is a line of the log: a run started or ended. It names the resources that the run uses,
// whether it holds them or not.
type record struct {
	run
	caselog.Record
}

// parseLog reads a log in the order of its lines, because programs in bash cannot read the clock.
func parseLog(r io.Reader) ([]record, error) {
	lines, err := caselog.Parse(r)
	if err != nil {
		return nil, err
	}
	var records []record
	for n, line := range lines {
		parsed, err := newRecord(line)
		if err != nil {
			return nil, fmt.Errorf("line %d of the log: %w", n+1, err)
		}
		records = append(records, parsed)
	}
	return records, nil
}

func newRecord(line caselog.Record) (record, error) {
	if line.Event != caselog.Start && line.Event != caselog.End {
		return record{}, fmt.Errorf("%q is neither start nor end", line.Event)
	}
	for _, u := range line.Uses {
		if u.Group == "" || u.Weight < 1 && !u.Shared {
			return record{}, fmt.Errorf("%+v is not a use of a resource", u)
		}
	}
	which, err := parseRun(line.Run)
	which.test = line.Case
	return record{which, line}, err
}

// parseRun reads the name of a run: TARGET NUMBER [BUILD]
func parseRun(name string) (run, error) {
	fields := strings.Fields(name)
	if len(fields) != 2 && len(fields) != 3 {
		return run{}, fmt.Errorf("%q is not TARGET NUMBER [BUILD]", name)
	}
	number, err := strconv.Atoi(fields[1])
	if err != nil {
		return run{}, fmt.Errorf("%q names no run of a target", name)
	}
	return run{build: strings.Join(fields[2:], ""), target: plainLabel(fields[0]), number: number}, nil
}

// plainLabel returns a label of the main repository as Bazel prints it to people.
func plainLabel(label string) string { return strings.TrimPrefix(label, "@@") }

func splitNames(list string) []string {
	return slices.DeleteFunc(strings.Split(list, ","), func(name string) bool { return name == "" })
}
