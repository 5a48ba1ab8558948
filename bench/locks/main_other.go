//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "lockbench: groups of scope \"build\" work on Linux only")
	os.Exit(2)
}
