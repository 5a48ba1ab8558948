package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
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

// record is a line of the log: a run started or ended. The order of the lines is the order of
// time, because each is appended by one write(2).
type record struct {
	run
	start bool
	// uses are the resources that the test uses, whether it holds them or not.
	uses []use
	// locks is the configuration of its lock files; empty if there are none.
	locks string
	// network is its network namespace.
	network string
	// began is when its process was started, as the time since boot.
	began time.Duration
	// fences are its fencing tokens, by resource.
	fences map[string]int64
}

// use is what a test uses of a resource: that much of its capacity, or all of it, shared with
// others that do the same.
type use struct {
	name   string
	weight int
	shared bool
}

// parseLog reads lines such as
//
//	start target=//cases:a run=1 uses=db,api=2,port=shared locks=k8-opt-exec network=net:[1] …
//	start build=left target=//cases:a run=1 uses=db began=60.25 fences=db=17 …
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
	r := record{
		run:     run{build: fields["build"], target: plainLabel(fields["target"]), number: number, test: fields["case"]},
		start:   event == "start",
		locks:   fields["locks"],
		network: fields["network"],
	}
	if r.uses, err = parseUses(fields["uses"]); err != nil {
		return record{}, err
	}
	if r.fences, err = parseFences(fields["fences"]); err != nil {
		return record{}, err
	}
	if seconds := fields["began"]; seconds != "" {
		if r.began, err = time.ParseDuration(seconds + "s"); err != nil {
			return record{}, fmt.Errorf("began: %w", err)
		}
	}
	return r, nil
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

func parseFences(list string) (map[string]int64, error) {
	if list == "" {
		return nil, nil
	}
	fences := map[string]int64{}
	for _, part := range splitNames(list) {
		name, text, _ := strings.Cut(part, "=")
		token, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not NAME=TOKEN", part)
		}
		fences[name] = token
	}
	return fences, nil
}

// plainLabel returns a label of the main repository as Bazel prints it to people.
func plainLabel(label string) string { return strings.TrimPrefix(label, "@@") }

func splitNames(list string) []string {
	return slices.DeleteFunc(strings.Split(list, ","), func(name string) bool { return name == "" })
}
