package options

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/nearest"
)

// The two ways to set an option for a run.
const (
	// ArgPrefix begins the arguments that are meant for the runner.
	ArgPrefix = "--interlock-"
	// VarPrefix begins its environment variables.
	VarPrefix = "INTERLOCK_"
)

// ErrHelp is for an argument that asks for help; its message is the help.
var ErrHelp error = helpError{}

type helpError struct{}

func (helpError) Error() string {
	return "no case runs, since " + ArgPrefix + "help is among the arguments; the options are:\n" + Usage()
}

// Set sets the option called name, as in Usage. source names the origin of the value in the error
// for an invalid value.
func (o *Options) Set(name, value, source string) error {
	if o.flags().Lookup(name) == nil {
		text := fmt.Sprintf("%s: there is no option %q; the options are: %s", source, name, strings.Join(Names(), ", "))
		if meant := nearest.Of(name, Names()); meant != "" {
			text += fmt.Sprintf("\nhint: did you mean %q?", meant)
		}
		return errors.New(text)
	}
	if err := o.flags().Set(name, value); err != nil {
		return fmt.Errorf("%s: %q: %w", source, value, err)
	}
	return nil
}

// Lookup sets what environment variables set. lookup is like os.LookupEnv. An empty variable sets
// nothing.
func (o *Options) Lookup(lookup func(string) (string, bool)) error {
	for _, name := range Names() {
		variable := VarOf(name)
		if value, _ := lookup(variable); value != "" {
			if err := o.Set(name, value, "environment variable "+variable); err != nil {
				return err
			}
		}
	}
	return nil
}

// Args sets what arguments before "--" set, and returns all others.
func (o *Options) Args(args []string) (others []string, err error) {
	for i, arg := range args {
		if arg == "--" {
			return append(others, args[i:]...), nil
		}
		setting, ok := strings.CutPrefix(arg, ArgPrefix)
		if !ok {
			others = append(others, arg)
			continue
		}
		name, value, _ := strings.Cut(setting, "=")
		if name == "help" {
			return nil, ErrHelp
		}
		if err := o.Set(name, value, "argument "+ArgPrefix+name); err != nil {
			return nil, err
		}
	}
	return others, nil
}

// VarOf returns the name of the environment variable for an option.
func VarOf(name string) string {
	return VarPrefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// Names returns the names of all options, sorted.
func Names() []string {
	var names []string
	new(Options).flags().VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	slices.Sort(names)
	return names
}

// Usage describes all options, for people.
func Usage() string {
	var text strings.Builder
	f := new(Options).flags()
	f.VisitAll(func(option *flag.Flag) {
		value, usage := flag.UnquoteUsage(option)
		fmt.Fprintf(&text, "  %s%s=%s\n        %s\n", ArgPrefix, option.Name, value, usage)
	})
	return text.String()
}

// Misspelt returns a sentence for each variable of an environment that sets nothing, but
// has nearly the name of one that does.
func Misspelt(environ []string) (sentences []string) {
	known := make([]string, 0, len(Names()))
	for _, name := range Names() {
		known = append(known, VarOf(name))
	}
	for _, entry := range environ {
		variable, value, _ := strings.Cut(entry, "=")
		name, ours := strings.CutPrefix(variable, VarPrefix)
		if !ours || value == "" || slices.Contains(known, variable) || isSetForCases(name) {
			continue
		}
		if meant := nearest.Of(name, namesOf(known)); meant != "" {
			sentences = append(sentences, fmt.Sprintf("the environment variable %s sets nothing; did you mean %s%s?", variable, VarPrefix, meant))
		}
	}
	return sentences
}

// isSetForCases reports whether a variable is not for the runner: the runner sets it for the cases
// of a test, which may start another runner, or the rule for interlock gate.
func isSetForCases(name string) bool {
	return name == "GATE" || name == "WORKER" || strings.HasPrefix(name, "SLOT_") || strings.HasSuffix(name, "_INSTANCE") || strings.HasSuffix(name, "_FENCE")
}

func namesOf(variables []string) (names []string) {
	for _, v := range variables {
		names = append(names, strings.TrimPrefix(v, VarPrefix))
	}
	return names
}
