package main

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// result is the result of a suite that runs in one way.
type result struct {
	way way
	// codes are the exit codes of its processes, one for each shard.
	codes []int
	// timedOut says whether one had to be killed.
	timedOut bool
	took     time.Duration
	// log is the output of all processes.
	log string
	// report is nil if there is none. The report of several shards has the cases of all.
	report *report
	// ledger is the folder in which the tests have made their own notes.
	ledger string
}

// green reports the verdict.
func (r result) green() bool {
	for _, code := range r.codes {
		if code != 0 {
			return false
		}
	}
	return !r.timedOut
}

// lines returns what the tests have written into a file.
func (r result) lines(file string) []string {
	text, err := os.ReadFile(filepath.Join(r.ledger, file))
	if err != nil {
		return nil // nobody has written anything
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}
