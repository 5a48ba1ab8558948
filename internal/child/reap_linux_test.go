package child

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// A program that has ended keeps its number until nobody signals it any more and the rest of its
// group is killed: another process could otherwise have it by then.
func TestProgramIsReapedLast(t *testing.T) {
	t.Parallel()
	p, err := start(Command{Path: "/bin/sh", Args: []string{"-c", "exit 7"}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.output.finish()
	stat := fmt.Sprintf("/proc/%d/stat", p.pid())
	_, err = p.waitAndKillRest(nil, func() {
		text, err := os.ReadFile(stat)
		if err != nil || !strings.Contains(string(text), ") Z ") {
			t.Errorf("it is not a zombie: %q, %v", text, err)
		}
	})
	if p.ProcessState.ExitCode() != 7 {
		t.Errorf("it ended with %v (error %v)", p.ProcessState, err)
	}
	if _, err := os.Stat(stat); err == nil {
		t.Error("it is not reaped")
	}
}
