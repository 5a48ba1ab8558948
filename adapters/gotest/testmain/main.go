// Testmain reads the main package that rules_go generates for a go_test. It writes the names of
// the cases, one a line, in the order in which they run, and the same main package with the hook
// in it (package hook).
//
//	testmain -in TESTMAIN.go -cases OUTPUT -hooked OUTPUT.go
//
// So the build knows the cases of a test, and no process has to run user code to list them.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "testmain:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("testmain", flag.ContinueOnError)
	in := flags.String("in", "", "the `file` that rules_go generates")
	cases := flags.String("cases", "", "a `file` for the names of the cases")
	hooked := flags.String("hooked", "", "a `file` for the main package with the hook")
	if err := flags.Parse(args); err != nil {
		return err
	}
	source, err := os.ReadFile(*in)
	if err != nil {
		return err
	}
	generated, err := parseMain(*in, source)
	if err != nil {
		return err
	}
	names, err := generated.cases()
	if err != nil {
		return err
	}
	main, err := generated.withHook()
	if err != nil {
		return err
	}
	if err := os.WriteFile(*cases, []byte(lines(names)), 0o644); err != nil {
		return err
	}
	return os.WriteFile(*hooked, main, 0o644)
}

func lines(names []string) string {
	var text strings.Builder
	for _, name := range names {
		text.WriteString(name + "\n")
	}
	return text.String()
}
