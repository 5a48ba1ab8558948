package schedule

import (
	"slices"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// usage is how much of each group is in use, as far as this process knows.
type usage struct {
	numbers  map[string]int // of groups, by label
	capacity []int          // by number; 0 if only the locker knows it
	units    []int          // used exclusively
	readers  []int
}

// use is a need, by the number of its group.
type use struct {
	group, weight int
	shared        bool
}

// newUsage returns the usage of the groups that cases need.
func newUsage(cases []Case, capacity map[string]int) *usage {
	u := &usage{numbers: map[string]int{}}
	for _, c := range cases {
		for _, n := range c.Needs {
			if _, known := u.numbers[n.Group]; !known {
				u.numbers[n.Group] = len(u.capacity)
				u.capacity = append(u.capacity, capacity[n.Group])
			}
		}
	}
	u.units, u.readers = make([]int, len(u.capacity)), make([]int, len(u.capacity))
	return u
}

// byNumber returns rates by number instead of by label.
func (u *usage) byNumber(rates map[string]group.Rate) []group.Rate {
	numbered := make([]group.Rate, len(u.capacity))
	for label, number := range u.numbers {
		numbered[number] = rates[label]
	}
	return numbered
}

func (u *usage) usesOf(needs []group.Need) []use {
	var uses []use
	for _, n := range needs {
		uses = append(uses, use{group: u.numbers[n.Group], weight: n.Weight, shared: n.Mode == group.Shared})
	}
	return uses
}

// fits reports whether there is room for all of uses.
func (u *usage) fits(uses []use) bool {
	for _, one := range uses {
		capacity := u.capacity[one.group]
		switch {
		case capacity == 0:
		case one.shared:
			if u.units[one.group] > 0 {
				return false
			}
		case u.readers[one.group] > 0 || u.units[one.group]+one.weight > capacity:
			return false
		}
	}
	return true
}

// idle reports whether nothing is in use.
func (u *usage) idle() bool {
	used := func(n int) bool { return n != 0 }
	return !slices.ContainsFunc(u.units, used) && !slices.ContainsFunc(u.readers, used)
}

// count counts uses as one more (times = 1) or one less (times = -1).
func (u *usage) count(uses []use, times int) {
	for _, one := range uses {
		if one.shared {
			u.readers[one.group] += times
		} else {
			u.units[one.group] += times * one.weight
		}
	}
}
