//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "servicechaos: it works on Linux only, as the scopes build and host do")
	os.Exit(2)
}
