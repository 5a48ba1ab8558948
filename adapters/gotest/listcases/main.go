// Listcases reads the main package that rules_go generates for a go_test, and
// writes the names of the cases that it runs, each on a line, in the order in
// which it runs them.
//
//	listcases TESTMAIN.go OUTPUT
//
// So the build knows the cases of a test, and no process has to run user code
// to tell them.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "listcases:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("want TESTMAIN.go and OUTPUT, not %q", args)
	}
	source, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	names, err := casesOf(args[0], source)
	if err != nil {
		return err
	}
	var lines strings.Builder
	for _, name := range names {
		lines.WriteString(name + "\n")
	}
	return os.WriteFile(args[1], []byte(lines.String()), 0o644)
}
