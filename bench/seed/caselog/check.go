package caselog

import (
	"errors"
	"fmt"
	"slices"
)

// Once returns an error unless each of some cases, and no other, ran exactly once.
func (l Log) Once(cases []string) error {
	runs := map[string]int{}
	for _, e := range l {
		runs[e.Case]++
	}
	var errs []error
	for _, c := range cases {
		if runs[c] != 1 {
			errs = append(errs, fmt.Errorf("%s ran %d times", c, runs[c]))
		}
		delete(runs, c)
	}
	for c := range runs {
		errs = append(errs, fmt.Errorf("%s is none of the tests", c))
	}
	return few(errs)
}

// Passed returns an error unless all tests of the log passed.
func (l Log) Passed() error {
	var errs []error
	for _, e := range l {
		if e.Outcome != "passed" {
			errs = append(errs, fmt.Errorf("%s %s", e.Case, e.Outcome))
		}
	}
	return few(errs)
}

// AtMost returns an error if more than limit tests of a group ran at the same time.
func (l Log) AtMost(limit int, group string) error {
	if most := l.In(group).MostAtOnce(); most > limit {
		return fmt.Errorf("%d tests of %s ran at once, and not %d at most", most, group, limit)
	}
	return nil
}

// InOrder returns an error unless one process ran the cases one after the
// other, in this order.
func (l Log) InOrder(cases []string) error {
	if n := l.Processes(); n != 1 {
		return fmt.Errorf("%d processes ran tests", n)
	}
	if most := l.MostAtOnce(); most > 1 {
		return fmt.Errorf("%d tests ran at once", most)
	}
	if !slices.EqualFunc(l, cases, func(e Entry, c string) bool { return e.Case == c }) {
		return errors.New("the tests did not run in order")
	}
	return nil
}

// few joins errors, but no more than a person can read.
func few(errs []error) error {
	const most = 10
	if len(errs) > most {
		errs = append(errs[:most:most], fmt.Errorf("and %d more", len(errs)-most))
	}
	return errors.Join(errs...)
}
