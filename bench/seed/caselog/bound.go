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
