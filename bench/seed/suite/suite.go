// Package suite makes the pytest suite of bench/run seed. It has the shape of the suite that this
// project grew from, and is always the same for a seed.
//
// It has 1,207 tests in 93 files of about 21,500 lines. 42 of the tests, in several files, call
// one API that allows few calls at the same time, and take two thirds of the time. The
// application that they test, the fixtures and the configuration are in bench/seed_tests, written
// by hand.
package suite

import "time"

// The shape of the suite.
const (
	Files    = 93
	Cases    = 1207
	LLMCases = 42
	Lines    = 21500
)

// Seed is the seed of the suite in bench/seed_tests.
const Seed = 1

// LLMGroup is the xdist_group of the tests that call the API.
const LLMGroup = "llm_api"

// Suite is the test files, in the order in which pytest collects them.
type Suite []File

// File is a file of tests.
type File struct {
	// Path is relative to the folder of pytest.ini.
	Path string
	Text string
	// Cases are its tests, in order.
	Cases []Case
}

// Case is a test, or one case of a parametrized test.
type Case struct {
	// ID is pytest's node id.
	ID string
	// Takes is how long it sleeps, or the API takes to answer.
	Takes time.Duration
	// LLM says whether it calls the API.
	LLM bool
}

// New returns the suite of a seed.
func New(seed uint64) (Suite, error) {
	g := newGenerator(seed)
	var files Suite
	for _, p := range g.layout() {
		file, err := g.file(p)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// Cases returns all cases, in the order in which one process runs them.
func (s Suite) Cases() []Case {
	var cases []Case
	for _, f := range s {
		cases = append(cases, f.Cases...)
	}
	return cases
}
