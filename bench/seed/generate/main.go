// Generate writes the test files of the seed's suite into a folder:
//
//	generate [-seed N] FOLDER [FILE...]
//
// FILEs are the expected files, by their paths in the folder. If they are not the files of the
// suite, that is an error. Without any, all files are expected.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/interlock-build/rules_interlock/bench/seed/suite"
)

func main() {
	seed := flag.Uint64("seed", suite.Seed, "the suite of seed `N`")
	flag.Usage = func() { fmt.Fprintln(os.Stderr, "usage: generate [-seed N] FOLDER [FILE...]") }
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := generate(*seed, flag.Arg(0), flag.Args()[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "generate: %v\n", err)
		os.Exit(1)
	}
}

func generate(seed uint64, folder string, expected []string) error {
	files, err := suite.New(seed)
	if err != nil {
		return err
	}
	if len(expected) > 0 && !slices.EqualFunc(files, expected, func(f suite.File, path string) bool {
		return filepath.Join(folder, f.Path) == filepath.Clean(path)
	}) {
		return fmt.Errorf("the suite has other files than the %d that are expected", len(expected))
	}
	for _, f := range files {
		if err := write(filepath.Join(folder, f.Path), f.Text); err != nil {
			return err
		}
	}
	return nil
}

func write(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}
