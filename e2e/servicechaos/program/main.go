// Program is a case that is a program as a whole or, with arguments, a program of an instance.
package main

import (
	"fmt"
	"os"

	"github.com/interlock-build/rules_interlock/e2e/servicechaos/casework"
	"github.com/interlock-build/rules_interlock/e2e/servicechaos/instance"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 2 {
		return instance.Main(args[0], args[1])
	}
	return casework.Do(casework.Program)
}
