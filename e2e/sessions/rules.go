package main

// rule explains differences that are as they should be.
type rule struct {
	why   string
	holds func(finding) bool
}

// noReport is why only verdicts and logs are compared.
const noReport = "a process that dies, or a hook that raises, keeps pytest from writing its JUnit report"

// verdictRules are for plain pytest that is green where the runner is red. There are none for the
// opposite.
var verdictRules = []rule{
	{
		"a file cannot be collected, and a hook makes exit code 0 of that: the runner is red all the same",
		func(f finding) bool { return f.suite.traits.has(uncollected) },
	},
	{
		"a process ends with exit code 0 amid its tests: only who looks at nothing but that is green",
		func(f finding) bool { return f.plain.report == nil && f.suite.traits.has(dies) },
	},
	{
		"a fixture that skips at its end hides what goes wrong at another one's, if both end at once",
		func(f finding) bool {
			return f.suite.traits.has(skipsAtEnd) && f.ours.report != nil && f.ours.report.anyBad()
		},
	},
}

// textRules are for texts that only the log of plain pytest has.
var textRules = []rule{
	{
		"of two things that end a session, another one comes first among several workers",
		func(f finding) bool { return f.bothRed() && f.suite.traits.has(stopsTwice) && !f.ours.way.inOrder() },
	},
}

// twiceRules are for cases that are in the reports of several shards.
var twiceRules = []rule{
	{
		"what is no test's, such as a file that cannot be collected, is a case of each shard",
		func(f finding) bool { return f.ours.way.shards > 1 && (f.key.around() || f.key.class == "") },
	},
}

// caseRules are for cases whose outcomes differ. A worse outcome under plain pytest is only
// explained if the runner is red, too.
var caseRules = []rule{
	{
		"what is around the tests is a case of its own, and it makes the runner red only where plain pytest is",
		func(f finding) bool { return f.key.around() && f.want == missing && (!f.got.bad() || !f.plain.green()) },
	},
	{
		"the runner's report has all tests, also those that the session has not come to",
		func(f finding) bool { return f.want == missing && f.got == notRun && f.suite.traits != 0 },
	},
	{
		"the test in which a session ends has no result in pytest's report, and is an error in the runner's",
		func(f finding) bool {
			return f.bothRed() && f.suite.traits.has(stops) && f.want == missing && f.got.bad() && f.oneInEachProcess()
		},
	},
	{
		"the test in which a session ends is an element without a name in pytest's report",
		func(f finding) bool { return f.suite.traits.has(stops) && f.key == key{} && f.want == passed },
	},
	{
		"a session that ends in the teardown of a test leaves what its call came to in pytest's report, not in the runner's",
		func(f finding) bool {
			return f.bothRed() && f.suite.traits.has(stopsAtEnd) && f.got.bad() && (f.want == passed || f.want == skipped)
		},
	},
	{
		"after a stop, workers and shards have come to other tests than one process",
		func(f finding) bool {
			again := f.got == errored && !f.plain.report.anyIs(errored)
			if !f.suite.traits.has(stops) || f.ours.way.inOrder() || again {
				return false
			}
			return f.bothRed() && unknown(f.got) || f.plain.green() == f.ours.green() && (unknown(f.want) || f.got == notRun)
		},
	},
	{
		"the end of a fixture of several tests is an error of the last one that used it, or a case of its own",
		func(f finding) bool {
			return f.bothRed() && f.suite.traits.has(wideEnd) && (f.got == errored || f.want == errored && f.blamesAnother())
		},
	},
	{
		"a fixture that skips at its end hides what goes wrong at another one's, if both end at once",
		func(f finding) bool {
			return f.plain.green() && !f.ours.green() && f.suite.traits.has(skipsAtEnd) && f.got == errored
		},
	},
	{
		"the end of a fixture of several tests skips the last one that used it, which is another one in each process",
		func(f finding) bool {
			return f.suite.traits.has(wideEnd) && (f.want == skipped && f.got == passed || f.want == passed && f.got == skipped)
		},
	},
	{
		"plain pytest runs nothing if a file cannot be collected, the runner runs the other files, and is red all the same",
		func(f finding) bool { return f.bothRed() && f.suite.traits.has(uncollected) && f.want == missing },
	},
	{
		"an internal error has a case of pytest's own, where the runner has one or blames a test, and ends what comes after it",
		func(f finding) bool {
			internal := f.key == key{"pytest", "internal"} || f.key == key{} // a report that a hook has broken
			return f.bothRed() && f.suite.traits.has(breaks) && (f.want == missing || f.got.bad() || internal)
		},
	},
}

// blamesAnother reports whether the runner says that a case is bad that pytest does not.
func (f finding) blamesAnother() bool {
	for k, o := range f.ours.report.cases {
		if o.bad() && !f.plain.report.of(k).bad() {
			return true
		}
	}
	return false
}

func (f finding) bothRed() bool { return !f.plain.green() && !f.ours.green() }

// oneInEachProcess reports whether the number of bad tests that pytest's report does not contain
// is at most the number of processes in which a session can end.
func (f finding) oneInEachProcess() bool {
	n := 0
	for k, o := range f.ours.report.cases {
		if o.bad() && !k.around() && f.plain.report.of(k) == missing {
			n++
		}
	}
	return n <= max(f.ours.way.workers, 1)*f.ours.way.shards
}

// unknown reports whether an outcome says nothing about a test.
func unknown(o outcome) bool { return o == missing || o == notRun }
