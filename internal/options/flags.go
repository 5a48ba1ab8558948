package options

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// flags returns the flags that set o, which has their defaults.
func (o *Options) flags() *flag.FlagSet {
	f := flag.NewFlagSet("interlock", flag.ContinueOnError)
	f.Func("workers", "run `N` cases at once; 0: all in order, in one process; auto: as many as the target's cpus", o.setWorkers)
	f.Func("case-timeout", "stop a case that runs longer than `D`, such as 90s; 0: never (default)", duration(&o.CaseTimeout))
	f.Func("grace", "what a case that is stopped has between SIGTERM and SIGKILL: a duration `D` (default: up to 5s)",
		duration(&o.Grace))
	f.Func("retries", "run a bad case again, up to `N` times, until it passes (default 0)", number(&o.Retries, 0))
	f.Func("retry-delay", "wait about `D` before the first retry, and twice as long before each next one (default 100ms)",
		duration(&o.RetryDelay))
	f.Func("retry-max-delay", "but never longer than `D` (default 10s)", duration(&o.RetryMaxDelay))
	f.Func("retry-budget", "`N` retries in all, for each shard (default 20)", number(&o.RetryBudget, 0))
	f.Func("flaky-result", "`pass` (default) or fail a case that passes in a retry", choice(&o.FlakyResult, FlakyPasses, FlakyFails))
	f.Func("leaks", "`report` (default), fail or ignore a case that leaves a process or an open pipe behind",
		choice(&o.Leaks, ReportLeaks, FailLeaks, IgnoreLeaks))
	f.Func("leak-timeout", "how long what a case leaves behind may go on before it is a leak: a duration `D` (default 100ms)", duration(&o.LeakTimeout))
	f.Func("max-fail", "start no further case after `N` bad ones; 0: start all (default)", number(&o.MaxFail, 0))
	f.Func("repeat", "run each case `N` times (default 1)", number(&o.Repeat, 1))
	f.Func("strict-groups", "`on`: a mark that names a group which the target does not declare is an error; off: such a group is one of "+
		"this process (default)", onOff(&o.StrictGroups))
	f.Func("allow-empty", "`on`: a program that finds no case, or whose arguments leave none, passes; off: it fails, if it says so by "+
		"its exit code (default)", onOff(&o.AllowEmpty))
	f.Func("plan", "`write` the plan to plan.json in the test's outputs; only: print it and run nothing, not under bazel test",
		choice(&o.Plan, WritePlan, OnlyPlan))
	f.Func("progress", "what the log says while cases run: `line`: a line for each case; none: only bad ones; bar: on a terminal, how far it "+
		"has got (default: none for Go tests and pytest, else line)", choice(&o.Progress, NoProgress, LineProgress, BarProgress))
	f.Func("color", "colour the log: `auto` (default): on a terminal, or as NO_COLOR and CLICOLOR_FORCE say; always; never",
		choice(&o.Color, AutoColor, AlwaysColor, NeverColor))
	f.Func("timeline", "`on`: write the record of the run among the test's outputs, too, as timeline.json; off: only into test.xml (default)",
		onOff(&o.Timeline))
	f.Func("shuffle", "run cases in random order: `on`, the seed of an earlier run, or off (default)", o.setShuffle)
	return f
}

func (o *Options) setWorkers(text string) error {
	if text != "auto" {
		if _, err := atLeast(text, 0); err != nil {
			return fmt.Errorf("%w, or auto", err)
		}
	}
	o.Workers = text
	return nil
}

func (o *Options) setShuffle(text string) error {
	switch text {
	case "on":
		o.Shuffle = Shuffle{On: true}
	case "off":
		o.Shuffle = Shuffle{}
	default:
		seed, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seed < 1 {
			return errors.New("want on, off, or a seed: a whole number of at least 1")
		}
		o.Shuffle = Shuffle{On: true, Seed: seed}
	}
	return nil
}

func duration(to *time.Duration) func(string) error {
	return func(text string) error {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return errors.New("want a duration, such as 1m30s or 250ms")
		}
		*to = d
		return nil
	}
}

func onOff(to *bool) func(string) error {
	return func(text string) error {
		if text != "on" && text != "off" {
			return errors.New("want on or off")
		}
		*to = text == "on"
		return nil
	}
}

func number(to *int, least int) func(string) error {
	return func(text string) error {
		n, err := atLeast(text, least)
		if err == nil {
			*to = n
		}
		return err
	}
}

func atLeast(text string, least int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		return 0, fmt.Errorf("want a whole number of at least %d", least)
	}
	return n, nil
}

func choice[T ~string](to *T, known ...T) func(string) error {
	return func(text string) error {
		for _, k := range known {
			if text == string(k) {
				*to = k
				return nil
			}
		}
		words := make([]string, len(known))
		for i, k := range known {
			words[i] = string(k)
		}
		return fmt.Errorf("want %s", strings.Join(words, " or "))
	}
}
