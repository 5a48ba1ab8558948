package main

// verdict is the result of a run as a whole.
type verdict string

const (
	green verdict = "green"
	red   verdict = "red"
	// hangs is red for Bazel, which stops it; the runner never hangs.
	hangs verdict = "hangs"
)

// knownCase is a suite of the folder known, and its right results.
type knownCase struct {
	// folder is the suite's folder, and variant names the case if its folder has several.
	folder, variant string
	suite           suite // without name and files
	// plain and xdist are the verdicts without the runner, and ours is the verdict with it. A way
	// with an empty verdict does not run.
	plain, xdist, ours verdict
	// workers are the numbers of workers to give the runner; 0 and 3 by default.
	workers []int
	// shards is the number of shards; 1 by default.
	shards int
	// checks apply to each run with the runner.
	checks []check
}

// knownCases are the known suites and their right results.
var knownCases = append([]knownCase{
	{
		folder: "once-per-run", plain: green, xdist: green, ours: green,
		checks: []check{lines("setups", 1, 1)},
	},
	{folder: "worker-output", plain: green, xdist: green, ours: green},
	{
		folder: "own-verdict", plain: red, xdist: red, ours: red,
		checks: []check{
			logHas("skipping is forbidden: test_features.py::test_export"),
			cases("test_features", passed, "test_search", "test_import"), cases("test_features", skipped, "test_export"),
		},
	},
	{
		folder: "exit-in-fixture", plain: red, xdist: red, ours: red,
		// Workers that have begun at the same time each start their own.
		checks: []check{inOrder(lines("starts", 1, 1)), inParallel(lines("starts", 1, 3)), logHas("no server answers"), noneIs(passed)},
	},
	{
		folder: "should-stop", plain: red, xdist: red, ours: red,
		checks: []check{
			inOrder(lines("ran", 1, 1)), inParallel(lines("ran", 1, 12)), logHas("the quota is used up"),
			cases("test_quota", passed, "test_uses_it_up"), noneIs(failed), hasCases(25),
		},
	},
	{
		folder: "conftest-in-root", suite: suite{args: []string{"--flavour=sweet"}}, plain: green, xdist: green, ours: green,
		checks: []check{cases("kitchen.test_flavour", passed, "test_flavour", "test_nothing")},
	},
	{
		// Plain pytest does not know which files belong to a target.
		folder: "conftest-of-others", suite: suite{unnamed: []string{"conftest.py"}}, plain: red, xdist: red, ours: green,
		checks: []check{cases("kitchen.test_own", passed, "test_own")},
	},
	{
		folder: "properties", plain: red, xdist: red, ours: red,
		checks: []check{
			property("test_requirements", "test_met", "requirement", "R-1"),
			property("test_requirements", "test_met", "milliseconds", "12"),
			property("test_requirements", "test_not_met", "requirement", "R-2"),
			cases("test_requirements", failed, "test_not_met"), cases("test_requirements", passed, "test_met", "test_attribute"),
		},
	},
	// Without xdist, pytest itself does not know its hooks.
	{folder: "hooks-of-xdist", variant: "without xdist", plain: red, xdist: green, ours: green},
	{folder: "hooks-of-xdist", variant: "with xdist", suite: suite{plugins: []string{"xdist"}}, plain: green, xdist: green, ours: green},
	{folder: "no-test-found", plain: red, xdist: red, ours: red},
	{folder: "one-test", variant: "-k", suite: suite{args: []string{"-k", "nothing"}}, plain: red, xdist: red, ours: red},
	{folder: "one-test", variant: "-m", suite: suite{args: []string{"-m", "nothing"}}, plain: red, xdist: red, ours: red},
	{
		// Bazel wants an empty shard to pass.
		folder: "one-test", variant: "shards", plain: green, xdist: green, ours: green, shards: 3,
		checks: []check{cases("test_lonely", passed, "test_lonely")},
	},
	{
		folder: "first-failure", suite: suite{args: []string{"-x"}}, plain: red, xdist: red, ours: red,
		checks: []check{
			upAndDown("session"), cases("test_steps", failed, "test_step[1]"), cases("test_steps", passed, "test_step[0]"),
			few(passed, 12), few(failed, 1), hasCases(24),
		},
	},
	{
		folder: "thread-left", suite: suite{hangs: true}, plain: hangs, xdist: green, ours: red,
		checks: []check{cases("test_threads", passed, "test_leaves_a_thread", "test_nothing"), logHas("straggler")},
	},
	{
		// Without the runner nobody retries.
		folder: "first-failure-and-retries", suite: suite{args: []string{"-x"}, ourArgs: []string{"--interlock-retries=1"}},
		plain: red, xdist: red, ours: green, workers: []int{0, 1},
		checks: []check{
			upAndDown("session"), lines("session", 2, 2), hasCases(6),
			cases("test_luck", passed, "test_lucky_in_the_second_attempt", "test_other[0]", "test_other[4]"),
		},
	},
	{folder: "socket", suite: suite{longFolder: true}, plain: green, xdist: green, ours: green},
	{
		folder: "end-hangs", suite: suite{hangs: true}, plain: hangs, xdist: hangs, ours: red,
		checks: []check{cases("test_broker", passed, "test_broker"), logHas("wait_for_broker")},
	},
	{
		// The method thread ends the whole process; xdist replaces the worker, and then may wait forever.
		folder: "timeouts", suite: suite{plugins: []string{"timeout"}}, plain: red, ours: red,
		checks: []check{
			cases("test_patience", failed, "test_by_a_signal"), isBad("test_patience", "test_by_a_thread"),
			cases("test_patience", passed, "test_quick[0]", "test_quick[1]", "test_quick[2]"),
			logHas("Timeout"), logHas("sleep_long"),
		},
	},
	// Without xdist, pytest itself does not know its options.
	{folder: "options-of-xdist", variant: "without xdist", plain: red, xdist: green, ours: green},
	{folder: "options-of-xdist", variant: "with xdist", suite: suite{plugins: []string{"xdist"}}, plain: green, xdist: green, ours: green},
	{
		// Under pytest the child also runs the rest of the tests, and its exit code is ignored.
		// Under xdist it talks to the controller, too, and the result is random.
		folder: "forked-child", plain: green, ours: green,
		checks: []check{
			lines("ran", 3, 3), hasCases(5),
			cases("test_fork", passed, "test_nothing", "test_forks", "test_red", "test_green", "test_blue"),
		},
	},
}, pluginCases...)
