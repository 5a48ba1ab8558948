// Package lcov reads which lines were run, in the format of LCOV, and compares them.
package lcov

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Lines says, for each executable line of each file, whether it was run.
type Lines map[string]map[int]bool

// Parse returns the lines of the files below a folder, wherever the folder is.
// The names of files are relative to it.
func Parse(text []byte, folder string) (Lines, error) {
	lines := Lines{}
	var file map[int]bool
	scanner := bufio.NewScanner(bytes.NewReader(text))
	for scanner.Scan() {
		kind, value, _ := strings.Cut(scanner.Text(), ":")
		switch kind {
		case "SF":
			file = nil
			if name, ok := below(value, folder); ok {
				if lines[name] == nil {
					lines[name] = map[int]bool{}
				}
				file = lines[name]
			}
		case "DA":
			if file == nil {
				continue
			}
			number, hit, err := parseLine(value)
			if err != nil {
				return nil, err
			}
			file[number] = file[number] || hit
		}
	}
	return lines, scanner.Err()
}

// below returns the part of a path after a folder in it.
func below(path, folder string) (string, bool) {
	_, name, ok := strings.Cut("/"+path, "/"+folder+"/")
	return name, ok
}

// parseLine parses NUMBER,COUNT[,CHECKSUM].
func parseLine(text string) (number int, hit bool, err error) {
	fields := strings.Split(text, ",")
	if len(fields) < 2 {
		return 0, false, fmt.Errorf("not a line of coverage: %q", text)
	}
	number, err = strconv.Atoi(fields[0])
	if err != nil {
		return 0, false, err
	}
	count, err := strconv.Atoi(fields[1])
	return number, count > 0, err
}

// Count returns how many lines were hit, and how many missed.
func (l Lines) Count() (hit, missed int) {
	for _, file := range l {
		for _, run := range file {
			if run {
				hit++
			} else {
				missed++
			}
		}
	}
	return hit, missed
}

// Equal returns an error that names the lines in which two runs differ.
func Equal(got, want Lines) error {
	names := map[string]bool{}
	for name := range got {
		names[name] = true
	}
	for name := range want {
		names[name] = true
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(names)) {
		errs = append(errs, equalFile(name, got[name], want[name]))
	}
	return errors.Join(errs...)
}

func equalFile(name string, got, want map[int]bool) error {
	var differ []string
	last := 0
	for _, file := range []map[int]bool{got, want} {
		for number := range file {
			last = max(last, number)
		}
	}
	for number := 1; number <= last; number++ {
		if g, w := state(got, number), state(want, number); g != w {
			differ = append(differ, fmt.Sprintf("%d is %s, not %s", number, g, w))
		}
	}
	if differ == nil {
		return nil
	}
	const most = 5
	if n := len(differ); n > most {
		differ = append(differ[:most], fmt.Sprintf("and %d more", n-most))
	}
	return fmt.Errorf("%s: line %s", name, strings.Join(differ, "; "))
}

func state(file map[int]bool, number int) string {
	hit, ok := file[number]
	switch {
	case !ok:
		return "no code"
	case hit:
		return "hit"
	}
	return "missed"
}
