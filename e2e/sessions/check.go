package main

import (
	"fmt"
	"slices"
	"strings"
)

// check returns what is wrong with a run; empty if it is right.
type check func(result) string

func logHas(text string) check {
	return func(r result) string {
		if strings.Contains(r.log, text) {
			return ""
		}
		return fmt.Sprintf("the log has no %q", text)
	}
}

// lines checks that a file of the tests' own notes has low to high lines.
func lines(file string, low, high int) check {
	return func(r result) string {
		if n := len(r.lines(file)); n < low || n > high {
			return fmt.Sprintf("%s has %d lines, want %s: %s", file, n, between(low, high), strings.Join(r.lines(file), ", "))
		}
		return ""
	}
}

// notes checks that a file of the tests' own notes has just these lines, in order.
func notes(file string, want ...string) check {
	return func(r result) string {
		if got := r.lines(file); !slices.Equal(got, want) {
			return fmt.Sprintf("%s has the lines %s, want %s", file, strings.Join(got, ", "), strings.Join(want, ", "))
		}
		return ""
	}
}

// notesHave checks that a file of the tests contains some texts.
func notesHave(file string, texts ...string) check {
	return func(r result) string {
		all := strings.Join(r.lines(file), "\n")
		for _, text := range texts {
			if !strings.Contains(all, text) {
				return fmt.Sprintf("%s has no %q", file, text)
			}
		}
		return ""
	}
}

// sameLine checks that all lines of a file of the tests are the same.
func sameLine(file string) check {
	return func(r result) string {
		if got := slices.Compact(r.lines(file)); len(got) != 1 {
			return fmt.Sprintf("the lines of %s are not the same: %s", file, strings.Join(got, ", "))
		}
		return ""
	}
}

// opposite checks that another check finds something.
func opposite(c check) check {
	return func(r result) string {
		if c(r) == "" {
			return "a check finds nothing, and should"
		}
		return ""
	}
}

func between(low, high int) string {
	if low == high {
		return fmt.Sprint(low)
	}
	return fmt.Sprintf("%d to %d", low, high)
}

// upAndDown checks that each line "up X" has one "down X", and no two are the same.
func upAndDown(file string) check {
	return func(r result) string {
		count := map[string]int{}
		for _, line := range r.lines(file) {
			count[line]++
			word, rest, _ := strings.Cut(line, " ")
			other := map[string]string{"up": "down ", "down": "up "}[word] + rest
			if count[line] > 1 || !slices.Contains(r.lines(file), other) {
				return fmt.Sprintf("%s has not one down for each up: %s", file, strings.Join(r.lines(file), ", "))
			}
		}
		if len(count) == 0 {
			return file + " is empty"
		}
		return ""
	}
}

// cases checks that cases of a class have an outcome.
func cases(class string, want outcome, names ...string) check {
	return func(r result) string {
		for _, name := range names {
			if got := r.report.of(key{class, name}); got != want {
				return fmt.Sprintf("%s %s: %s, want %s", class, name, got, want)
			}
		}
		return ""
	}
}

func isBad(class, name string) check {
	return func(r result) string {
		if got := r.report.of(key{class, name}); !got.bad() {
			return fmt.Sprintf("%s %s: %s, want failed or error", class, name, got)
		}
		return ""
	}
}

// noneIs checks that no test has an outcome.
func noneIs(o outcome) check { return few(o, 0) }

// few checks that at most a few cases have an outcome.
func few(o outcome, most int) check {
	return func(r result) string {
		if n := r.report.count(o); n > most {
			return fmt.Sprintf("%d cases are %s, want at most %d", n, o, most)
		}
		return ""
	}
}

// hasCases checks the number of cases of tests in the report.
func hasCases(want int) check {
	return func(r result) string {
		n := 0
		for k := range r.report.cases {
			if !k.around() {
				n++
			}
		}
		if n != want || len(r.report.twice) > 0 {
			return fmt.Sprintf("test.xml has %d cases of tests, want %d; several times: %v", n, want, r.report.twice)
		}
		return ""
	}
}

func property(class, name, property, want string) check {
	return func(r result) string {
		if got, ok := r.report.properties[key{class, name}][property]; got != want {
			return fmt.Sprintf("%s %s has the property %s=%q (there: %t), want %q", class, name, property, got, ok, want)
		}
		return ""
	}
}

// inOrder is a check for workers = 0 only.
func inOrder(c check) check {
	return func(r result) string {
		if !r.way.inOrder() {
			return ""
		}
		return c(r)
	}
}

// inParallel is a check for all other numbers of workers.
func inParallel(c check) check {
	return func(r result) string {
		if r.way.inOrder() {
			return ""
		}
		return c(r)
	}
}
