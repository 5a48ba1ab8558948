// Package dropin_test is what a Go test sees of its attributes, whichever rule
// runs it.
package dropin_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var (
	file = flag.String("file", "", "a path among the runfiles, by $(location)")
	word = flag.String("word", "", "an argument with a space")

	defined = "not defined"
)

func TestArguments(t *testing.T) {
	if *file != "rules/tests/dropin/data.txt" || *word != "two words" {
		t.Errorf("got -file=%q -word=%q", *file, *word)
	}
}

func TestEnvironment(t *testing.T) {
	if got := os.Getenv("OF_THE_TEST"); got != "a  b" {
		t.Errorf("OF_THE_TEST is %q", got)
	}
	if got := os.Getenv("FILE_OF_THE_TEST"); got != "rules/tests/dropin/data.txt" {
		t.Errorf("FILE_OF_THE_TEST is %q", got)
	}
	if size, timeout := os.Getenv("TEST_SIZE"), os.Getenv("TEST_TIMEOUT"); size != "small" || timeout == "300" {
		t.Errorf("TEST_SIZE is %s, TEST_TIMEOUT %s", size, timeout)
	}
}

func TestFolderAndData(t *testing.T) {
	folder, err := os.Getwd()
	if err != nil || filepath.Base(folder) != os.Getenv("FOLDER_OF_THE_TEST") {
		t.Errorf("runs in %s, %v", folder, err)
	}
	if _, err := os.Stat(filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), *file)); err != nil {
		t.Error(err)
	}
}

func TestDefinitions(t *testing.T) {
	if defined != "defined" {
		t.Error(defined)
	}
}
