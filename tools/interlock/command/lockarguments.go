package command

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// lockArguments are the arguments of the command lock.
type lockArguments struct {
	group   group.Group
	need    group.Need
	timeout time.Duration // 0 means none
	// capacity is the capacity in the arguments; 0 if there is none.
	capacity int
	program  []string // with its arguments
}

// maxKey is the longest key, as in the rule resource_group.
const maxKey = 200

func parseLock(args []string) (lockArguments, error) {
	end := slices.Index(args, "--")
	if end < 0 || end == len(args)-1 {
		return lockArguments{}, usageError("lock: what to run while the group is held goes after \"--\"")
	}
	a := lockArguments{group: group.Group{Scope: group.Host}, program: args[end+1:]}
	flags := newFlags()
	flags.IntVar(&a.need.Weight, "weight", 1, "")
	flags.DurationVar(&a.timeout, "timeout", 0, "")
	flags.TextVar(&a.group.Rate, "rate", group.Rate{}, "")
	flags.Func("capacity", "", a.setCapacity)
	flags.Func("instances", "", a.setInstances)
	flags.Func("scope", "", a.setScope)
	flags.BoolFunc("shared", "", func(string) error { a.need.Mode = group.Shared; return nil })
	names, err := parse(flags, args[:end])
	if err != nil {
		return lockArguments{}, err
	}
	if len(names) != 1 {
		return lockArguments{}, usageError("lock takes one NAME, and got %d", len(names))
	}
	a.group.Key, a.group.Name, a.group.Label, a.need.Group = names[0], names[0], names[0], names[0]
	a.group.Capacity = cmp.Or(a.capacity, len(a.group.Instances), 1)
	return a, a.check()
}

func (a *lockArguments) setCapacity(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return errors.New("want a whole number of at least 1")
	}
	a.capacity = n
	return nil
}

func (a *lockArguments) setInstances(text string) error {
	names := strings.Split(text, ",")
	for i, name := range names {
		if name == "" || !isPrintable(name) || slices.Contains(names[:i], name) {
			return errors.New("want different names with commas in between")
		}
	}
	a.group.Instances = names
	return nil
}

func (a *lockArguments) setScope(text string) error {
	a.group.Scope = group.Scope(text)
	if !a.group.Scope.Keyed() {
		return errors.New("want host or cluster: other groups have no names outside of Bazel")
	}
	return nil
}

func (a *lockArguments) check() error {
	switch key := a.group.Key; {
	case len(key) > maxKey || !isPrintable(key) || slices.Contains(strings.Split(key, "/"), ""):
		return usageError("lock: the NAME %q cannot be a group's key: want 1 to %d printable ASCII characters without spaces, "+
			"in parts that '/' separates and none of which is empty", key, maxKey)
	case len(a.group.Instances) > 0 && len(a.group.Instances) != a.group.Capacity:
		return usageError("lock: --capacity=%d, but there are %d --instances: leave out --capacity", a.capacity, len(a.group.Instances))
	case a.need.Mode == group.Shared && len(a.group.Instances) > 0:
		return usageError("lock: --shared and --instances: an instance has one user at a time, so leave out --shared")
	case a.timeout < 0:
		return usageError("lock: --timeout=%s: want a duration, such as 90s", a.timeout)
	}
	if err := a.need.Validate(a.group); err != nil {
		return usageError("lock: %w", err)
	}
	return nil
}

// isPrintable reports whether text is visible ASCII.
func isPrintable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}
