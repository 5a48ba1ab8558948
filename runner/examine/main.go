// Examine is the program of the test //runner:doctor. It says which groups can hold where it runs, and
// what is missing there: a line for each check, and a hint below what is missing.
//
// # Exit codes
//
// 0: tests with groups can run. 1: they cannot. 2: it was not started as a test.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/bazelbuild/rules_go/go/runfiles"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock/build"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/runner/internal/doctor"
)

// lockVariable has where the lock files of the doctor's group are, as RUNFILE OUTPUT: the rule
// doctor_test sets it.
const lockVariable = "INTERLOCK_DOCTOR_LOCK"

func main() {
	place, err := here()
	if err != nil {
		fmt.Fprintln(os.Stderr, "doctor:", err)
		fmt.Fprintln(os.Stderr, "hint: run it as a test: bazel test @rules_interlock//runner:doctor")
		os.Exit(2)
	}
	if !doctor.Print(os.Stdout, place.Examine()) {
		os.Exit(1)
	}
}

func here() (doctor.Place, error) {
	files, err := runfiles.New()
	if err != nil {
		return doctor.Place{}, err
	}
	runfile, output, found := strings.Cut(os.Getenv(lockVariable), " ")
	if !found {
		return doctor.Place{}, fmt.Errorf("%s is not set", lockVariable)
	}
	return doctor.Place{
		Lookup: os.LookupEnv,
		InBuild: build.Group{
			Group:   group.Group{Label: "//runner:doctor_group", Scope: group.Build, Definition: group.Definition{Capacity: 1}},
			Runfile: runfile, Output: output,
		},
		Resolve: files.Rlocation,
		Cluster: cluster.New,
	}, nil
}
