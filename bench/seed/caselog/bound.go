package caselog

import "time"

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
// number of them may start within any window: the last of them has to wait for
// a window for each so many that are before it, and takes at least as long as
// the shortest.
func (l Log) RateBound(starts int, window time.Duration) time.Duration {
	if len(l) == 0 {
		return 0
	}
	shortest := l[0].Took()
	for _, e := range l {
		shortest = min(shortest, e.Took())
	}
	return time.Duration((len(l)-1)/starts)*window + shortest
}
