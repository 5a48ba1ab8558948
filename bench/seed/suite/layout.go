package suite

import "fmt"

// areas are the parts of the application, each of which has a folder of tests,
// in the order in which pytest collects them. The same numbers of files are in
// bench/seed_tests/files.bzl.
var areas = []struct {
	name  string
	files int
}{
	{"cache", 10},
	{"limits", 10},
	{"money", 10},
	{"pricing", 10},
	{"prompts", 11},
	{"retry", 10},
	{"routing", 10},
	{"store", 12},
	{"tokens", 10},
}

const (
	// llmFiles is the number of files with three tests each that call the API, in addition to
	// others.
	llmFiles = LLMCases / 3
	// fewest is the least number of other tests in a file.
	fewest = 4
)

// plan is what a file should have.
type plan struct {
	area string
	path string
	// plain is the number of tests that call nothing.
	plain int
	// llm says whether it has tests that call the API.
	llm bool
}

// layout divides the tests between the files, at random.
func (g *generator) layout() []plan {
	var plans []plan
	for _, area := range areas {
		for n := range area.files {
			path := fmt.Sprintf("tests/%s/test_%s_%02d.py", area.name, area.name, n)
			plans = append(plans, plan{area: area.name, path: path, plain: fewest})
		}
	}
	for range Cases - LLMCases - fewest*Files {
		plans[g.random.IntN(Files)].plain++
	}
	// Far from each other, as if several parts of an application had some.
	for n := range llmFiles {
		plans[n*Files/llmFiles+g.random.IntN(Files/llmFiles)].llm = true
	}
	return plans
}
