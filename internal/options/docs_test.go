package options_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/options"
)

var update = flag.Bool("update", false, "write the options into docs/guide/running.md instead of comparing")

const page = "../../docs/guide/running.md"

// The reference page contains the help, word for word.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), "## The options\n\n```\n")
	got, after, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatalf("%s has no block of options", page)
	}
	if *update {
		text = []byte(before + "## The options\n\n```\n" + options.Usage() + "```\n" + after)
		if err := os.WriteFile(page, text, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got != options.Usage() {
		t.Errorf("%s is not what --interlock-help says. Run: go test ./internal/options -update", page)
	}
}
