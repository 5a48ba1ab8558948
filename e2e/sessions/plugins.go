package main

import (
	"fmt"
	"slices"
)

// pluginCases are suites that use plugins of pytest. Most of the plugins know
// xdist, and do something else in its workers.
var pluginCases = slices.Concat(
	withAndWithoutXdist(knownCase{
		folder: "plugin-rerunfailures", suite: suite{plugins: []string{"rerunfailures"}}, plain: red, xdist: red, ours: red,
		checks: []check{
			upAndDown("session"), inParallel(lines("session", 4, 6)), upAndDown("shelf"),
			lines("once", 2, 2), lines("twice", 3, 3), lines("always", 2, 2), few(failed, 1), hasCases(8),
			cases("test_luck", passed, "test_fails_once", "test_fails_twice", "test_quiet[0]", "test_quiet[4]"),
			cases("test_luck", failed, "test_fails_always"), logHas("no luck at all"),
		},
	}),
	[]knownCase{{
		folder: "plugin-rerunfailures", variant: "all have luck",
		suite: suite{plugins: []string{"rerunfailures"}, args: []string{"-k", "not always"}}, plain: green, xdist: green, ours: green,
		checks: []check{upAndDown("session"), lines("once", 2, 2), lines("twice", 3, 3), hasCases(7)},
	}},
	// A worker writes no report, as under xdist, and there is no controller that does.
	withAndWithoutXdist(knownCase{
		folder: "plugin-html", suite: suite{plugins: []string{"html"}}, plain: green, xdist: green, ours: green,
		checks: []check{hasCases(6), inOrder(logHas("Generated html report"))},
	}),
	[]knownCase{{
		folder: "plugin-html", variant: "among the outputs",
		suite: suite{plugins: []string{"html"}, args: []string{"--html=$TEST_UNDECLARED_OUTPUTS_DIR/report.html"}},
		plain: green, xdist: green, ours: green, workers: []int{0, 1, 3},
		checks: []check{
			inOrder(notesHave("report.html", "test_page[0]", "test_page[1]", "test_page[2]", "test_page[3]", "test_page[4]", "test_page[5]")),
			inParallel(lines("report.html", 0, 0)),
		},
	}},
	withAndWithoutXdist(knownCase{
		folder: "plugin-cov", suite: suite{plugins: []string{"cov"}}, plain: green, xdist: green, ours: green,
		checks: []check{hasCases(6)},
	}),
	[]knownCase{{
		// Bazel reports the coverage, and does not judge it.
		folder: "plugin-cov", variant: "too little", suite: suite{plugins: []string{"cov"}, args: []string{"-k", "green"}},
		plain: red, xdist: red, ours: green,
		checks: []check{hasCases(1)},
	}},
	withAndWithoutXdist(knownCase{
		folder: "plugin-randomly", suite: suite{plugins: []string{"randomly"}, args: []string{"-k", "throw"}},
		plain: green, xdist: green, ours: green,
		checks: []check{hasCases(20), lines("seeds", 20, 20), sameLine("seeds"), inOrder(opposite(notes("ran", numbers(20)...)))},
	}),
	[]knownCase{
		{
			folder: "plugin-randomly", variant: "seed",
			suite: suite{plugins: []string{"randomly"}, args: []string{"-k", "throw", "--randomly-seed=42"}},
			plain: green, xdist: green, ours: green,
			checks: []check{sameLine("seeds"), notesHave("seeds", "42")},
		},
		{
			// To repeat a failure, the user needs its seed.
			folder: "plugin-randomly", variant: "red", suite: suite{plugins: []string{"randomly"}}, plain: red, xdist: red, ours: red,
			checks: []check{cases("test_luck", failed, "test_red"), logHas("--randomly-seed=")},
		},
		{
			folder: "plugin-randomly", variant: "switched off",
			suite: suite{plugins: []string{"randomly"}, args: []string{"-k", "throw", "-p", "no:randomly"}},
			plain: green, xdist: green, ours: green,
			checks: []check{notesHave("seeds", "none"), sameLine("seeds"), inOrder(notes("ran", numbers(20)...))},
		},
	},
	withAndWithoutXdist(knownCase{
		folder: "plugin-django", suite: suite{plugins: []string{"django"}}, plain: green, xdist: green, ours: green,
		checks: []check{
			hasCases(11), inOrder(notes("names", "shop.sqlite3")), inParallel(lines("names", 2, 3)), inParallel(notesHave("names", "shop.sqlite3_gw")),
		},
	}),
	[]knownCase{{
		folder: "plugin-order", suite: suite{plugins: []string{"order"}}, plain: green, xdist: green, ours: green,
		checks: []check{notes("steps", "buy", "cook", "eat"), inOrder(notes("free", "wake", "work", "sleep")), hasCases(6)},
	}},
	withAndWithoutXdist(knownCase{
		folder: "plugin-benchmark", suite: suite{plugins: []string{"benchmark"}}, plain: green, xdist: green, ours: green,
		checks: []check{
			hasCases(5), inOrder(logHas("benchmark: 5 tests")), inParallel(logHas("Benchmarks are automatically disabled")),
		},
	}),
	[]knownCase{
		{
			folder: "plugin-asyncio", suite: suite{plugins: []string{"asyncio"}}, plain: green, xdist: green, ours: green,
			checks: []check{upAndDown("session"), inParallel(lines("session", 4, 6)), hasCases(8)},
		},
		{
			folder: "plugin-hypothesis", suite: suite{plugins: []string{"hypothesis"}}, plain: red, xdist: red, ours: red,
			checks: []check{
				cases("test_sums", passed, "test_commutes", "test_order_is_kept", "test_nothing"),
				cases("test_sums", failed, "test_is_small"), few(failed, 1), hasCases(4),
				// Older versions call it a falsifying example.
				logHas("Failing test case: test_is_small("), logHas("n=100,"),
			},
		},
		{
			folder: "plugin-hypothesis-read-only", suite: suite{plugins: []string{"hypothesis"}}, plain: green, xdist: green, ours: green,
			checks: []check{hasCases(3), logHas("falling back to an in-memory database")},
		},
	},
)

// withAndWithoutXdist returns a case, and one with xdist installed beside the plugin, which must
// make no difference to any way but ours.
func withAndWithoutXdist(c knownCase) []knownCase {
	beside := c
	beside.suite.plugins = append(slices.Clone(c.suite.plugins), "xdist")
	beside.plain, beside.xdist = "", ""
	beside.variant = "with xdist"
	if c.variant != "" {
		beside.variant = c.variant + ", with xdist"
	}
	return []knownCase{c, beside}
}

func numbers(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint(i))
	}
	return all
}
