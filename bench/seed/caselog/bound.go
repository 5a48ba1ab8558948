package caselog

import (
	"slices"
	"time"
)

// Bound is the least time that any order of the tests can take with a number of workers, if at
// most capacity of them may run tests of a group at the same time, and each test takes as long as
// in this log. It is the largest of the work divided by the workers, the group's work divided by
// its capacity, and the longest test.
func (l Log) Bound(workers int, group string, capacity int) time.Duration {
	var work, inGroup, longest time.Duration
	for _, e := range l {
		work += e.Took()
		longest = max(longest, e.Took())
		if e.Group == group {
			inGroup += e.Took()
		}
	}
	return max(work/time.Duration(workers), inGroup/time.Duration(min(capacity, workers)), longest)
}

// RateBound is the least time that any order of the tests can take if at most a number of them
// may start within any window, and at most atOnce may run at the same time.
//
// Of n tests, the last r start in the last window, where n-1 = q*starts + r-1. The last test has
// to wait for q windows after the r-th start of the first one, or, conversely, after the r-th
// start of any other window. Between the first and the r-th start in a window, all of the r must
// end except those that can run at the same time, and in all windows together these take at least
// as long as the shortest tests. The last start is followed by the shortest test, at least.
func (l Log) RateBound(starts int, window time.Duration, atOnce int) time.Duration {
	if len(l) == 0 {
		return 0
	}
	var took []time.Duration
	for _, e := range l {
		took = append(took, e.Took())
	}
	slices.Sort(took)
	waits, r := (len(l)-1)/starts, (len(l)-1)%starts+1
	var ending time.Duration
	for _, t := range took[:(waits+1)*max(r-atOnce, 0)] {
		ending += t
	}
	return time.Duration(waits)*window + ending/time.Duration((waits+1)*atOnce) + took[0]
}
