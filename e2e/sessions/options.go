package main

import (
	"flag"
	"fmt"
	"regexp"
	"runtime"
	"slices"
)

// options are the command line.
type options struct {
	bench
	// folder is the folder of the known suites.
	folder           string
	known, generated bool
	only             *regexp.Regexp
	first            uint64
	count            int
	jobs             int
}

func parseOptions(args []string) (options, error) {
	o := options{only: regexp.MustCompile("")}
	places := flag.NewFlagSet("sessions", flag.ContinueOnError)
	places.StringVar(&o.env, "env", "", "the `folder` of Python and of pytest's plugins")
	places.StringVar(&o.runner, "runner", "", "the runner's `file`")
	places.StringVar(&o.adapter, "adapter", "", "the `folder` of interlock_pytest")
	places.StringVar(&o.folder, "known", "", "the `folder` of the known suites")
	places.StringVar(&o.work, "work", "", "the `folder` to write to")
	asked := flag.NewFlagSet("sessions", flag.ContinueOnError)
	asked.StringVar(&o.keep, "keep", "", "a new `folder` for suites, logs and reports, if they are to be kept")
	asked.Uint64Var(&o.first, "first", 1, "the first `seed`")
	asked.IntVar(&o.count, "count", 30, "how many `seeds`")
	asked.IntVar(&o.jobs, "jobs", runtime.NumCPU(), "how many suites run at once")
	asked.Func("only", "a `regexp` of names of known suites", func(text string) (err error) {
		o.only, err = regexp.Compile(text)
		return err
	})
	asked.Func("seed", "the only `seed`", func(text string) error {
		_, err := fmt.Sscan(text, &o.first)
		o.count, o.generated = 1, true
		return err
	})
	if err := places.Parse(args); err != nil {
		return o, err
	}
	if slices.Contains([]string{o.env, o.runner, o.adapter, o.folder, o.work}, "") {
		return o, fmt.Errorf("-env, -runner, -adapter, -known and -work are needed; the script run gives them")
	}
	return o, o.parseAsked(asked, places.Args())
}

// parseAsked reads the arguments that the script run passes on.
func (o *options) parseAsked(flags *flag.FlagSet, args []string) error {
	part := ""
	if len(args) > 0 && (args[0] == "known" || args[0] == "generated") {
		part, args = args[0], args[1:]
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || o.jobs < 1 {
		return fmt.Errorf("want [known | generated] [FLAG...], and at least 1 job")
	}
	justSeed := o.generated
	o.known = part == "known" || part == "" && !justSeed
	o.generated = part == "generated" || part == ""
	return nil
}
