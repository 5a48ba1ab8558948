package main

import (
	"fmt"
	"testing"
)

const allTraits = stops | wideEnd | dies | uncollected | breaks | skipsAtEnd | stopsAtEnd | stopsTwice

var testKey = key{"test_m", "test_x"}

// resultOf returns the result of a run with one case in addition to one that passes.
func resultOf(w way, code int, o outcome) result {
	r := result{way: w, codes: []int{code}, report: &report{cases: map[key]outcome{{"test_m", "test_ok"}: passed}}}
	if o != missing {
		r.report.cases[testKey] = o
	}
	return r
}

func suiteWith(t traits) generated { return generated{suite: suite{traits: t}} }

// Whatever a suite does and however its cases end, nothing explains a red plain pytest and a
// green runner.
func TestRedUnderPytestAlone(t *testing.T) {
	outcomes := []outcome{passed, failed, errored, skipped, notRun, missing}
	for _, w := range ourWays {
		for has := range allTraits + 1 {
			for _, want := range outcomes {
				for _, got := range outcomes {
					for _, reported := range []bool{true, false} {
						plain, ours := resultOf(plainWay, 1, want), resultOf(w, 0, got)
						if !reported {
							plain.report = nil
						}
						if unexplained(compare(suiteWith(has), plain, ours)) == 0 {
							t.Fatalf("%s, %s, %s, %s: explained", w, has, want, got)
						}
					}
				}
			}
		}
	}
}

func TestTimeoutIsRed(t *testing.T) {
	plain := resultOf(plainWay, 0, passed)
	plain.timedOut = true
	if unexplained(compare(suiteWith(dies), plain, resultOf(ourWay(0, 1), 0, passed))) == 0 {
		t.Error("a suite that hangs is green under the runner, and this is explained")
	}
}

// If the session is green, no bad case of the runner's is explained away.
func TestNoBadCaseInGreenSession(t *testing.T) {
	for has := range allTraits + 1 {
		for _, got := range []outcome{failed, errored, missing} {
			found := compare(suiteWith(has), resultOf(plainWay, 0, passed), resultOf(ourWay(3, 1), 0, got))
			if unexplained(found) == 0 {
				t.Errorf("%s: %s is explained: %v", has, got, found)
			}
		}
	}
}

func unexplained(found []difference) (n int) {
	for _, d := range found {
		if d.why == "" {
			n++
		}
	}
	return n
}

func TestSameIsNoDifference(t *testing.T) {
	for _, o := range []outcome{passed, failed, errored, skipped, missing} {
		for code := range 2 {
			if found := compare(suiteWith(0), resultOf(plainWay, code, o), resultOf(ourWay(3, 1), code, o)); len(found) > 0 {
				t.Errorf("%s, %d: %v", o, code, found)
			}
		}
	}
}

func TestExplained(t *testing.T) {
	parallel, inOrder := ourWay(3, 1), ourWay(0, 1)
	for _, c := range []struct {
		way       way
		has       traits
		want, got outcome
		explained bool
	}{
		{parallel, stops, passed, notRun, true},
		{parallel, stops, missing, passed, true},
		{parallel, stops, failed, passed, false},
		{inOrder, stops, passed, notRun, false},
		{inOrder, stops, missing, passed, false},
		{inOrder, stops, missing, notRun, true},
		{inOrder, stops, missing, errored, true},
		{inOrder, wideEnd, errored, passed, false}, // nobody else is to blame
		{inOrder, wideEnd, passed, errored, true},
		{inOrder, wideEnd, passed, failed, false},
		{parallel, uncollected, missing, passed, true},
		{parallel, uncollected, passed, missing, false},
		{parallel, 0, missing, passed, false},
		{parallel, 0, missing, notRun, false},
	} {
		t.Run(fmt.Sprintf("%s, %s, %s, %s", c.way, c.has, c.want, c.got), func(t *testing.T) {
			found := compare(suiteWith(c.has), resultOf(plainWay, 1, c.want), resultOf(c.way, 1, c.got))
			if len(found) != 1 || (found[0].why != "") != c.explained {
				t.Errorf("got %q", found)
			}
		})
	}
}

func TestEndOfSessionIsACaseOfItsOwn(t *testing.T) {
	plain, ours := resultOf(plainWay, 1, errored), resultOf(ourWay(3, 1), 1, passed)
	ours.report.cases[key{"", "session of worker 2"}] = errored
	if found := compare(suiteWith(wideEnd), plain, ours); len(found) != 2 || unexplained(found) > 0 {
		t.Errorf("got %q", found)
	}
}

// A session that has ended ends no further test.
func TestSessionEndsOnce(t *testing.T) {
	for _, w := range []way{ourWay(0, 1), ourWay(3, 1)} {
		plain, ours := resultOf(plainWay, 1, missing), resultOf(w, 1, missing)
		for n := range max(w.workers, 1) + 1 {
			ours.report.cases[key{"test_m", fmt.Sprint(n)}] = errored
		}
		if found := compare(suiteWith(stops), plain, ours); len(found) == 0 || unexplained(found) != len(found) {
			t.Errorf("%s: got %q", w, found)
		}
	}
}

func TestWhatElseIsDifferent(t *testing.T) {
	says := generated{says: []string{"a line"}}
	plain := resultOf(plainWay, 1, failed)
	plain.log = "... a line ..."
	for name, change := range map[string]func(*result){
		"a line is missing":  func(*result) {},
		"time is up":         func(r *result) { r.log, r.codes = plain.log, []int{timeIsUp} },
		"does not end":       func(r *result) { r.log, r.timedOut = plain.log, true },
		"no report":          func(r *result) { r.log, r.report = plain.log, nil },
		"a case is in twice": func(r *result) { r.log, r.report.twice = plain.log, []key{testKey} },
	} {
		ours := resultOf(ourWay(2, 2), 1, failed)
		change(&ours)
		if found := compare(says, plain, ours); len(found) != 1 || found[0].why != "" {
			t.Errorf("%s: got %q", name, found)
		}
	}
}
