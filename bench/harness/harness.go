// Package harness is what the benchmarks share: samples, tables of figures beside their floors,
// and the command line.
package harness

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Benchmark measures one thing.
type Benchmark struct {
	// Name is the name for bench/run.
	Name string
	// Title says in a few words what is measured.
	Title string
	// Measure measures it.
	Measure func() (*Table, error)
}

// Exit codes.
const (
	exitMissed = 1
	exitUsage  = 2
)

// Main is the main function of a program of benchmarks. It runs the one that the argument names,
// prints its table, and ends the process, with 1 if a bound is missed. With -record it also
// writes the table to a folder.
func Main(benchmarks ...Benchmark) {
	folder := flag.String("record", "", "write the result to `folder`/NAME.md")
	flag.Parse()
	i := slices.IndexFunc(benchmarks, func(b Benchmark) bool { return b.Name == flag.Arg(0) })
	if i < 0 || flag.NArg() != 1 {
		fmt.Fprintf(os.Stderr, "usage: %s [-record folder] NAME; use bench/run, which knows the names\n", filepath.Base(os.Args[0]))
		os.Exit(exitUsage)
	}
	code, err := run(benchmarks[i], *folder)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", benchmarks[i].Name, err)
		code = exitMissed
	}
	os.Exit(code)
}

func run(b Benchmark, folder string) (code int, err error) {
	began := machine(time.Now())
	table, err := b.Measure()
	if err != nil {
		return 0, err
	}
	text := fmt.Sprintf("# %s: %s\n\n%s.\n\n%s", b.Name, b.Title, began, table.Markdown())
	fmt.Print(text)
	if table.Missed() {
		code = exitMissed
	}
	if folder == "" {
		return code, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return code, err
	}
	return code, os.WriteFile(filepath.Join(folder, b.Name+".md"), []byte(text), 0o644)
}
