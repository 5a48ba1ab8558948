// Mutations proves that the tests of the locks would fail. It puts bugs into the code, one at a
// time, and runs the tests, at least one of which has to find each bug.
//
// The tree stays as it is: the compiler is told to read another file in place of the original (go
// help build, -overlay).
//
// # Usage
//
//	mutations [-root FOLDER] [-fit] [NAME...]
//
// # Exit codes
//
// 0: every bug was found. 1: a bug was not found, or the code has changed so that it no longer
// fits. 2: wrong usage.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
)

func main() { os.Exit(run(os.Args, os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	root := flags.String("root", ".", "`folder` of the module")
	fit := flags.Bool("fit", false, "only see whether the bugs can still be put in")
	if flags.Parse(args[1:]) != nil {
		return 2
	}
	chosen, err := choose(flags.Args())
	if err != nil {
		fmt.Fprintln(stderr, "mutations:", err)
		return 2
	}
	if *fit {
		return fitAll(*root, chosen, stdout)
	}
	if output, err := testAll(*root, chosen); err != nil {
		fmt.Fprintf(stdout, "FAILED without a bug: %v\n%s", err, output)
		return 1
	}
	code := 0
	for _, m := range chosen {
		found, err := m.try(*root)
		if err != nil {
			code = 1
			fmt.Fprintf(stdout, "FAILED %s: %v\n", m.name, err)
			continue
		}
		fmt.Fprintf(stdout, "ok     %s: found by %s\n", m.name, found)
	}
	return code
}

// fitAll reports which bugs no longer fit.
func fitAll(root string, mutations []mutation, stdout io.Writer) (code int) {
	for _, m := range mutations {
		if _, err := m.mutated(root); err != nil {
			code = 1
			fmt.Fprintf(stdout, "FAILED %s: %v\n", m.name, err)
		}
	}
	return code
}

// choose returns the mutations of these names, or all.
func choose(names []string) ([]mutation, error) {
	if len(names) == 0 {
		return mutations, nil
	}
	var chosen []mutation
	for _, name := range names {
		i := slices.IndexFunc(mutations, func(m mutation) bool { return m.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no mutation called %q", name)
		}
		chosen = append(chosen, mutations[i])
	}
	return chosen, nil
}
