package child

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A program that has ended keeps its number until nobody signals it any more
// and the rest of its group is killed: somebody else could have it by then.
func TestProgramIsReapedLast(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("/bin/sh", "-c", "exit 7")
	cmd.SysProcAttr = ownGroup()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stat := fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid)
	_, err := waitAndKillRest(cmd, nil, func() {
		text, err := os.ReadFile(stat)
		if err != nil || !strings.Contains(string(text), ") Z ") {
			t.Errorf("it is not a zombie: %q, %v", text, err)
		}
	})
	if cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("it ended with %v (error %v)", cmd.ProcessState, err)
	}
	if _, err := os.Stat(stat); err == nil {
		t.Error("it is not reaped")
	}
}
