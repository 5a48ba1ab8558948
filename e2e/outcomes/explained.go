package outcomes

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Explanation is a line of explained.txt: a difference that is as it should be.
type Explanation struct {
	module, kind string
	pkg, test    *regexp.Regexp
	// Line is the line without the reason, and Why the reason.
	Line, Why string
	// Count is how many differences it has explained.
	Count int
}

// Explanations are all that there are.
type Explanations []*Explanation

// ReadExplanations reads a file of explanations.
func ReadExplanations(path string) (Explanations, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	all, err := ParseExplanations(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

// ParseExplanations reads lines like
//
//	MODULE PACKAGE TEST KIND WHY...
//
// where MODULE may be a suite, as in pypi:NAME, and PACKAGE its pytest; * in PACKAGE and TEST
// stands for any text, and KIND is the kind of a difference. # begins a comment.
func ParseExplanations(text string) (Explanations, error) {
	var all Explanations
	for line := range strings.Lines(text) {
		f := Fields(line)
		switch {
		case len(f) == 0:
			continue
		case len(f) < 5:
			return nil, fmt.Errorf("%q: want MODULE PACKAGE TEST KIND WHY", strings.TrimSpace(line))
		}
		all = append(all, &Explanation{
			module: f[0], pkg: glob(f[1]), test: glob(f[2]), kind: f[3], Why: strings.Join(f[4:], " "),
			Line: strings.Join(f[:4], " "),
		})
	}
	return all, nil
}

// glob returns a matcher for a text in which * stands for any text.
func glob(text string) *regexp.Regexp {
	return regexp.MustCompile("^(?:" + strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, `.*`) + ")$")
}

// Explain reports whether a difference is as it should be.
func (all Explanations) Explain(module, pkg string, d Difference) bool {
	explained := false
	for _, e := range all {
		if e.module == module && e.pkg.MatchString(pkg) && e.kind == d.Kind && e.test.MatchString(d.Test) {
			e.Count++
			explained = true
		}
	}
	return explained
}

// Of returns the explanations about a module.
func (all Explanations) Of(module string) Explanations {
	return slices.DeleteFunc(slices.Clone(all), func(e *Explanation) bool { return e.module != module })
}
