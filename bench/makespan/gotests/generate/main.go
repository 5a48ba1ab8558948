// Generate writes the Go tests of a workload, and their durations:
//
//	generate WORKLOAD SOURCE.go TIMINGS.json
package main

import (
	"fmt"
	"os"

	"github.com/interlock-build/rules_interlock/bench/makespan/gotests"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: generate WORKLOAD SOURCE.go TIMINGS.json")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintf(os.Stderr, "generate: %v\n", err)
		os.Exit(1)
	}
}

func generate(name, source, timings string) error {
	w, err := gotests.Find(name)
	if err != nil {
		return err
	}
	if err := os.WriteFile(source, w.Source(), 0o644); err != nil {
		return err
	}
	text, err := w.Timings()
	if err != nil {
		return err
	}
	return os.WriteFile(timings, text, 0o644)
}
