package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// explanation is a line of explained.txt: a difference that is as it should be.
type explanation struct {
	module, kind, why string
	pkg, test         *regexp.Regexp
	line              string
	count             int // how many differences it has explained
}

// explanations are all that there are.
type explanations []*explanation

func readExplanations(path string) (explanations, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	all, err := parseExplanations(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

// parseExplanations reads lines like
//
//	MODULE PACKAGE TEST KIND WHY...
//
// where MODULE may be a suite, as in pypi:NAME, and PACKAGE its pytest; * in PACKAGE and TEST
// stands for any text, and KIND is the kind of a difference. # begins a comment.
func parseExplanations(text string) (explanations, error) {
	var all explanations
	for line := range strings.Lines(text) {
		f := fieldsOf(line)
		switch {
		case len(f) == 0:
			continue
		case len(f) < 5:
			return nil, fmt.Errorf("%q: want MODULE PACKAGE TEST KIND WHY", strings.TrimSpace(line))
		}
		all = append(all, &explanation{
			module: f[0], pkg: glob(f[1]), test: glob(f[2]), kind: f[3], why: strings.Join(f[4:], " "),
			line: strings.Join(f[:4], " "),
		})
	}
	return all, nil
}

// glob returns a matcher for a text in which * stands for any text.
func glob(text string) *regexp.Regexp {
	return regexp.MustCompile("^(?:" + strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, `.*`) + ")$")
}

// explain reports whether a difference is as it should be.
func (all explanations) explain(module, pkg string, d difference) bool {
	explained := false
	for _, e := range all {
		if e.module == module && e.pkg.MatchString(pkg) && e.kind == d.kind && e.test.MatchString(d.test) {
			e.count++
			explained = true
		}
	}
	return explained
}

// of returns the explanations about a module.
func (all explanations) of(module string) explanations {
	return slices.DeleteFunc(slices.Clone(all), func(e *explanation) bool { return e.module != module })
}
