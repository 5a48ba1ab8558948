//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "gate: this benchmark reads a process's memory as Linux shows it")
	os.Exit(1)
}
