// Program is a case that is a program as a whole, or becomes a runner with a clock of its own.
package main

import (
	"fmt"
	"os"

	"github.com/interlock-build/rules_interlock/e2e/chaos/casework"
	"github.com/interlock-build/rules_interlock/e2e/chaos/clock"
)

func main() {
	if err := clock.Become(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := casework.Do(casework.Program); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
