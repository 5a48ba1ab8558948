package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// run is one of the runs of a test (--runs_per_test), or of one case of it.
type run struct {
	target string
	number int
	test   string // the case; empty for a test that has none
}

func (r run) String() string {
	return strings.TrimSuffix(fmt.Sprintf("%s %s", r.target, r.test), " ") + fmt.Sprintf(" (run %d)", r.number)
}

// record is a line of the log: a run started or ended. The order of the lines
// is the order of time, since each is appended by one write(2).
type record struct {
	run
	start bool
	// uses are the resources that the test uses, whether it holds them or not.
	uses []use
	// locks is the configuration whose lock files it has; empty if none.
	locks string
	// network is its network namespace.
	network string
}

// use is what a test uses of a resource: so much of its capacity, or, with
// others that do the same, all of it.
type use struct {
	name   string
	weight int
	shared bool
}

// parseLog reads lines such as
//
//	start target=//cases:a run=1 uses=db,api=2,port=shared locks=k8-opt-exec network=net:[1] …
//
// and ignores fields that it does not know.
func parseLog(r io.Reader) ([]record, error) {
	var records []record
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		parsed, err := parseLine(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("line %d of the log: %w", len(records)+1, err)
		}
		records = append(records, parsed)
	}
	return records, lines.Err()
}

func parseLine(line string) (record, error) {
	event, rest, _ := strings.Cut(line, " ")
	if event != "start" && event != "end" {
		return record{}, fmt.Errorf("%q begins with neither start nor end", line)
	}
	fields := map[string]string{}
	for _, field := range strings.Fields(rest) {
		name, value, ok := strings.Cut(field, "=")
		if !ok {
			return record{}, fmt.Errorf("%q is not NAME=VALUE", field)
		}
		fields[name] = value
	}
	number, err := strconv.Atoi(fields["run"])
	if err != nil || fields["target"] == "" {
		return record{}, fmt.Errorf("%q names no run of a target", line)
	}
	uses, err := parseUses(fields["uses"])
	if err != nil {
		return record{}, err
	}
	return record{
		run:     run{target: plainLabel(fields["target"]), number: number, test: fields["case"]},
		start:   event == "start",
		uses:    uses,
		locks:   fields["locks"],
		network: fields["network"],
	}, nil
}

func parseUses(list string) ([]use, error) {
	var uses []use
	for _, part := range splitNames(list) {
		name, how, has := strings.Cut(part, "=")
		u := use{name: name, weight: 1, shared: how == "shared"}
		if has && !u.shared {
			weight, err := strconv.Atoi(how)
			if err != nil {
				return nil, fmt.Errorf("%q is not NAME, NAME=WEIGHT or NAME=shared", part)
			}
			u.weight = weight
		}
		uses = append(uses, u)
	}
	return uses, nil
}

// plainLabel is a label of the main repository as Bazel prints it to people.
func plainLabel(label string) string { return strings.TrimPrefix(label, "@@") }

func splitNames(list string) []string {
	return slices.DeleteFunc(strings.Split(list, ","), func(name string) bool { return name == "" })
}
