package cli

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/tools/interlock/command"
)

// arguments are the arguments of a command, without its own flags.
type arguments struct {
	// flags are for Bazel.
	flags []string
	// patterns are target patterns.
	patterns []string
}

// parseArguments sets the flags of a command. All other flags that begin with "--" are Bazel's;
// the flag package would reject them.
func parseArguments(own *flag.FlagSet, args []string) (arguments, error) {
	own.SetOutput(io.Discard) // the error says it all
	var others arguments
	for len(args) > 0 {
		n := 1
		name, isFlag := strings.CutPrefix(args[0], "--")
		name, _, hasValue := strings.Cut(name, "=")
		switch known := own.Lookup(name); {
		case !isFlag:
			others.patterns = append(others.patterns, args[0])
		case known == nil:
			others.flags = append(others.flags, args[0])
		default:
			if !hasValue && !isSwitch(known) {
				n = min(2, len(args))
			}
			if err := own.Parse(args[:n]); err != nil {
				return arguments{}, fmt.Errorf("%w: %w", command.ErrUsage, err)
			}
		}
		args = args[n:]
	}
	return others, nil
}

// isSwitch reports whether a flag needs no value.
func isSwitch(f *flag.Flag) bool {
	s, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && s.IsBoolFlag()
}

// orAll returns the patterns, the first of which adds targets. If none does, they mean all
// targets of the workspace, except those that patterns remove.
func (a arguments) orAll() []string {
	first := slices.IndexFunc(a.patterns, func(pattern string) bool { return !strings.HasPrefix(pattern, "-") })
	if first < 0 {
		return append([]string{"//..."}, a.patterns...)
	}
	return a.patterns[first:] // as with Bazel: earlier ones have nothing to remove from
}
