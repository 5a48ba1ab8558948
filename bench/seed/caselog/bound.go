package caselog

import (
	"slices"
	"time"
)

// Bound is the least that any order of the tests can take with a number of
// workers, of which so many may run tests of a group at once, if each test
// takes as long as it did in this log: the work divided by the workers, or
// that of the group by the capacity, or the longest test.
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

// RateBound is the least that any order of the tests can take if no more than a
// number of them may start within any window, and run at once.
//
// Of n tests, the last r start in the last window, where n-1 = q*starts + r-1. It
// has to wait for q windows after the r-th start of the first one, or the other
// way round, after that of any other window. Between the first and the r-th start
// in a window, all of the r have to end but those that can run at once; and in the
// windows together these are not shorter than the shortest tests. The last start
// is followed by the shortest test, at least.
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
