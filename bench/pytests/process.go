package main

import (
	"bytes"
	"encoding/json"
	"os"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

// process is what conftest.py has written about a process.
type process struct {
	// Worker is its name; empty for xdist's controller.
	Worker string `json:"worker"`
	// Collections is how often it has collected.
	Collections int `json:"collections"`
	// Kibibytes is the most memory that it had.
	Kibibytes int `json:"kibibytes"`
}

func (p process) memory() int { return p.Kibibytes << 10 }

// readWorkers returns the processes of a run that have run tests, and removes their records.
func readWorkers(stage *harness.Stage) ([]process, error) {
	path := stage.File("processes")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var workers []process
	for lines := json.NewDecoder(bytes.NewReader(text)); lines.More(); {
		var p process
		if err := lines.Decode(&p); err != nil {
			return nil, err
		}
		if p.Worker != "" {
			workers = append(workers, p)
		}
	}
	return workers, os.Remove(path)
}
