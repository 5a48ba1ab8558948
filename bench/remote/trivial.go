package main

import (
	"fmt"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

// trivialTests is the number of tests in each suite of consumer/trivial.
const trivialTests = 100

// measureTrivial measures grouped tests beside plain ones, and what etcd is asked for each.
func measureTrivial(table *harness.Table) error {
	const rounds = 5
	if _, err := bazel("build", "--noshow_progress", "//..."); err != nil {
		return err
	}
	suite := func(name string) func() (time.Duration, error) {
		return func() (time.Duration, error) { return direct.test("//trivial:" + name) }
	}
	for _, name := range []string{"plain", "grouped"} { // transfers what they need to the workers
		if _, err := suite(name)(); err != nil {
			return err
		}
	}
	results, err := harness.Interleave(rounds, suite("plain"), suite("grouped"))
	if err != nil {
		return err
	}
	table.Compare("100 trivial tests, each with a group of its own", results[0], results[1], harness.RatioAtMost(1.10))
	asked, err := requestsOf(func() error { _, err := suite("grouped")(); return err })
	if err != nil {
		return err
	}
	table.Rows = append(table.Rows, requestsRow("etcd's requests for each of them", asked, trivialTests))
	table.Notes = append(table.Notes, fmt.Sprintf("Trivial tests: wall time of the command, %d times each, with --nocache_test_results and "+
		"--noremote_accept_cached, and everything else up to date.", rounds))
	return nil
}
