package main

import "fmt"

// difference is a difference, and why it is as it should be; "" means that it is not.
type difference struct{ what, why string }

// What is different on purpose.
const (
	redCase = "a case fails, and TestMain ends with exit code 0 all the same: rules_go is green, Interlock is red"
	blamed  = "the program is red although the case has passed: Interlock says so of each case of the process"
	goesOn  = "the program ends amid its tests: rules_go runs no further one, Interlock does"
	noNote  = "an example notes nothing of itself"
)

// compare returns the differences. Nothing explains a red program that is green under Interlock,
// or a failing case that passes.
func compare(plain, ours test) (all []difference) {
	for _, d := range compareVerdicts(plain.green, ours.green) {
		if plain.green && plain.any(failed) {
			d.why = redCase
		}
		all = append(all, d)
	}
	for name, want := range plain.cases {
		got, known := ours.cases[name]
		if known && got == want {
			continue
		}
		d := difference{what: fmt.Sprintf("%s: %s under rules_go, %s under Interlock (known: %t)", name, want, got, known)}
		if known && got == failed && !plain.green {
			d.why = blamed
		}
		all = append(all, d)
	}
	for name, got := range ours.cases {
		if _, known := plain.cases[name]; known || plain.green && got == skipped {
			continue
		}
		d := difference{what: fmt.Sprintf("%s: nothing under rules_go, %s under Interlock", name, got)}
		switch {
		case name == "ExampleH" && (got != failed || !plain.green):
			d.why = noNote
		case !plain.green:
			d.why = goesOn
		}
		all = append(all, d)
	}
	if ours.cases[fuzzTest] == passed && !ours.parts[fuzzSeed] && !ours.verbose {
		all = append(all, difference{what: fuzzSeed + ": nothing, although " + fuzzTest + " has passed"})
	}
	return all
}

// What programs/program_test.go has: the seed of a fuzz test is a part of it.
const (
	fuzzTest = "FuzzG"
	fuzzSeed = fuzzTest + "/seed#0"
)

func compareVerdicts(plain, ours bool) []difference {
	if plain == ours {
		return nil
	}
	return []difference{{what: fmt.Sprintf("rules_go is green: %t, Interlock: %t", plain, ours)}}
}

func (t test) any(o outcome) bool {
	for _, got := range t.cases {
		if got == o {
			return true
		}
	}
	return false
}
