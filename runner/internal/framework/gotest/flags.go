package gotest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// flags are what a user's arguments ask of the testing package and this framework does itself;
// rest are all other arguments, in order.
type flags struct {
	// run and skip are the values of -test.run and -test.skip.
	run, skip string
	// verbose says whether -test.v is there.
	verbose bool
	// repeats says whether tests may run several times in one process.
	repeats bool
	// failFast says whether -test.failfast is there.
	failFast bool
	// single says whether the arguments ask for something that belongs to a process as a whole,
	// such as a benchmark or a profile.
	single bool
	// timeout and parallel say whether these flags are there.
	timeout, parallel bool
	rest              []string
}

// whole are the flags that make sense only for one process with all tests.
var whole = []string{
	"bench", "blockprofile", "coverprofile", "cpuprofile", "fuzz", "memprofile",
	"mutexprofile", "outputdir", "shuffle", "trace",
}

// parseFlags divides a user's arguments, up to "--". An argument that is not a flag may be the
// value of one, so it does not end the search.
func parseFlags(args []string) (flags, error) {
	var f flags
	for i := 0; i < len(args); i++ {
		name, value, hasValue, ok := cutFlag(args[i])
		switch {
		case args[i] == "--":
			f.rest = append(f.rest, args[i:]...)
			return f, nil
		case !ok:
			f.rest = append(f.rest, args[i])
			continue
		}
		switch name {
		case "run", "skip":
			if !hasValue {
				if i++; i == len(args) {
					return f, fmt.Errorf("args: -test.%s needs a value", name)
				}
				value = args[i]
			}
			if name == "run" {
				f.run = value
			} else {
				f.skip = value
			}
		case "v":
			f.verbose = value != "false" && value != "0"
		case "list":
			return f, fmt.Errorf("args: -test.list is the runner's own; to see the cases, look into test.xml")
		default:
			f.single = f.single || slices.Contains(whole, name)
			f.repeats = f.repeats || name == "count" || name == "cpu"
			f.timeout = f.timeout || name == "timeout"
			f.parallel = f.parallel || name == "parallel"
			f.failFast = f.failFast || name == "failfast" && value != "false"
			f.rest = append(f.rest, args[i])
		}
	}
	return f, nil
}

// cutFlag divides -test.NAME=VALUE. For a flag that does not belong to the testing package, the
// name is empty. ok is false for an argument that is not a flag.
func cutFlag(arg string) (name, value string, hasValue, ok bool) {
	if len(arg) < 2 || arg[0] != '-' {
		return "", "", false, false
	}
	body := strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-")
	body, value, hasValue = strings.Cut(body, "=")
	name, own := strings.CutPrefix(body, "test.")
	if !own {
		name = ""
	}
	return name, value, hasValue, true
}

// bridgeFilter reads a --test_filter as rules_go does: regular expressions, separated by commas.
// Those that begin with "-" are for -test.skip. If there are none for -test.run, or for
// -test.skip, the one of f stays.
func bridgeFilter(text string, f flags) (run, skip string) {
	var runs, skips []string
	for pattern := range strings.SplitSeq(text, ",") {
		if body, ok := strings.CutPrefix(pattern, "-"); ok {
			skips = append(skips, body)
		} else {
			runs = append(runs, pattern)
		}
	}
	run, skip = f.run, f.skip
	if len(runs) > 0 {
		run = strings.Join(runs, "|")
	}
	if len(skips) > 0 {
		skip = strings.Join(skips, "|")
	}
	return run, skip
}

// A pattern is a value of -test.run: alternatives, each a list of regular
// expressions for the levels of a test's name.
type pattern []alternative

type alternative struct {
	first  *regexp.Regexp // for the test itself
	levels []string
}

// parsePattern divides at "|" and "/" outside of brackets, as testing does
// (`go help testflag`, "-run regexp").
func parsePattern(flag, text string) (pattern, error) {
	var p pattern
	for _, part := range splitOutside(text, '|') {
		levels := splitOutside(part, '/')
		var compiled []*regexp.Regexp
		for _, level := range levels {
			r, err := regexp.Compile(level)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", flag, err)
			}
			compiled = append(compiled, r)
		}
		p = append(p, alternative{first: compiled[0], levels: levels})
	}
	return p, nil
}

func splitOutside(text string, separator byte) []string {
	var parts []string
	round, square, from := 0, 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case c == '[':
			square++
		case c == ']' && square > 0:
			square--
		case c == '(' && square == 0:
			round++
		case c == ')' && square == 0:
			round--
		case c == separator && round == 0 && square == 0:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}

// matching returns the alternatives whose first level matches name.
func (p pattern) matching(name string) pattern {
	var found pattern
	for _, a := range p {
		if a.first.MatchString(name) {
			found = append(found, a)
		}
	}
	return found
}
