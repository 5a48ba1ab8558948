package main

import (
	"os"

	"github.com/interlock-build/rules_interlock/bench/seed/lcov"
)

// once is what has to be checked only once.
type once struct {
	// inOrder is our run with the flag for one process.
	inOrder run
	// wanted and got are the lines that pytest alone runs, and ours.
	wanted, got lcov.Lines
	// covered are the runs for these lines.
	covered []run
	// ungrouped are runs of all tests as if they shared nothing.
	ungrouped map[variant]run
}

func (b *bench) once() (once, error) {
	o := once{ungrouped: map[variant]run{}}
	var err error
	for _, v := range []variant{ungroupedBy4, ungroupedBy1, unratedBy4} {
		if o.ungrouped[v], err = b.test("test", v.target, v.limits); err != nil {
			return o, err
		}
	}
	if o.inOrder, err = b.test("test", ours(4), atOnce(4), "--test_arg=--interlock-workers=0"); err != nil {
		return o, err
	}
	if o.wanted, err = b.coverage(&o, "test", serialCoverage, outputs(serialCoverage)+"coverage.lcov"); err != nil {
		return o, err
	}
	o.got, err = b.coverage(&o, "coverage", ours(4), "bazel-testlogs/"+pkg+"/"+ours(4)+"/coverage.dat",
		"--instrumentation_filter=//"+pkg, "--combined_report=none")
	return o, err
}

// coverage runs a target, and returns the lines of the application in its report.
func (b *bench) coverage(o *once, command, target, report string, flags ...string) (lcov.Lines, error) {
	r, err := b.test(command, target, atOnce(4), flags...)
	if err != nil {
		return nil, err
	}
	o.covered = append(o.covered, r)
	text, err := os.ReadFile(report)
	if err != nil {
		return nil, err
	}
	return lcov.Parse(text, "app")
}
