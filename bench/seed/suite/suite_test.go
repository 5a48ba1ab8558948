package suite_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/bench/seed/suite"
)

func newSuite(t *testing.T, seed uint64) suite.Suite {
	t.Helper()
	s, err := suite.New(seed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSameForASeed(t *testing.T) {
	if !reflect.DeepEqual(newSuite(t, 1), newSuite(t, 1)) {
		t.Error("two suites of one seed differ")
	}
	if reflect.DeepEqual(newSuite(t, 1), newSuite(t, 2)) {
		t.Error("two seeds have the same suite")
	}
}

// Whatever the seed is, the shape is the same.
func TestShape(t *testing.T) {
	for seed := range uint64(20) {
		s := newSuite(t, seed)
		lines, names := 0, map[string]bool{}
		var llm, llmFiles int
		for _, f := range s {
			lines += strings.Count(f.Text, "\n")
			if slices.ContainsFunc(f.Cases, func(c suite.Case) bool { return c.LLM }) {
				llmFiles++
			}
			for _, c := range f.Cases {
				names[c.ID] = true
				if c.LLM {
					llm++
				}
			}
		}
		if len(s) != suite.Files || len(s.Cases()) != suite.Cases || len(names) != suite.Cases {
			t.Errorf("seed %d: %d files with %d cases, of %d names", seed, len(s), len(s.Cases()), len(names))
		}
		if llm != suite.LLMCases || llmFiles < 10 {
			t.Errorf("seed %d: %d cases in %d files call the API", seed, llm, llmFiles)
		}
		if most := suite.Lines * 3 / 100; lines < suite.Lines-most || lines > suite.Lines+most {
			t.Errorf("seed %d: %d lines, want about %d", seed, lines, suite.Lines)
		}
	}
}

// The tests that call the API have two thirds of the time, or almost.
func TestWork(t *testing.T) {
	var llm, all, longest time.Duration
	for _, c := range newSuite(t, 1).Cases() {
		all += c.Takes
		if c.LLM {
			llm += c.Takes
			longest = max(longest, c.Takes)
		}
	}
	if all < 7*time.Minute || all > 8*time.Minute {
		t.Errorf("%v of work", all)
	}
	if share := llm.Seconds() / all.Seconds(); share < 0.6 || share > 0.7 {
		t.Errorf("the tests that call the API have %.2f of the time", share)
	}
	if longest > llm/8 {
		t.Errorf("one test takes %v of %v", longest, llm)
	}
}

// Pytest collects folders and files by name.
func TestOrder(t *testing.T) {
	var paths []string
	for _, f := range newSuite(t, 1) {
		paths = append(paths, f.Path)
	}
	if !slices.IsSorted(paths) {
		t.Errorf("not in order: %v", paths)
	}
}

// What the generator knows about a file is true: the number of tests and rows, and the mark for
// tests that call the API.
func TestCasesAreThoseOfTheText(t *testing.T) {
	var (
		class = regexp.MustCompile(`(?m)^class (\w+):`)
		test  = regexp.MustCompile(`(?m)^ *def (test_\w+)\(`)
		row   = regexp.MustCompile(`(?m)^ +pytest\.param\(.*id="([^"]+)"\),$`)
		table = regexp.MustCompile(`(?m)^ *@pytest\.mark\.parametrize\(`)
	)
	for _, f := range newSuite(t, 1) {
		count := func(r *regexp.Regexp) int { return len(r.FindAllString(f.Text, -1)) }
		if got := count(test) - count(table) + count(row); got != len(f.Cases) {
			t.Errorf("%s has %d cases, and the generator knows %d", f.Path, got, len(f.Cases))
		}
		for _, r := range []*regexp.Regexp{class, test, row} {
			for _, match := range r.FindAllStringSubmatch(f.Text, -1) {
				if !slices.ContainsFunc(f.Cases, func(c suite.Case) bool { return strings.Contains(c.ID, match[1]) }) {
					t.Errorf("%s: the generator does not know %s", f.Path, match[1])
				}
			}
		}
		calls := slices.ContainsFunc(f.Cases, func(c suite.Case) bool { return c.LLM })
		if marked := strings.Contains(f.Text, `xdist_group("`+suite.LLMGroup+`")`); marked != calls {
			t.Errorf("%s: marked %v, calls the API %v", f.Path, marked, calls)
		}
	}
}
