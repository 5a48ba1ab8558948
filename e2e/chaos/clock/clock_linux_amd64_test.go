package clock_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/clock"
)

// sayTime is set in processes that print, for each line of their input, the time.
const sayTime = "SAY_TIME"

func TestMain(m *testing.M) {
	if err := clock.Become(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if os.Getenv(sayTime) == "" {
		os.Exit(m.Run())
	}
	begun := time.Now()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		child, _ := exec.Command("date", "+%s").Output()
		fmt.Println(time.Now().Unix(), int(time.Since(begun).Seconds()), strings.TrimSpace(string(child)))
	}
}

// A jump changes only the wall clock, only for the process, and works in both directions.
func TestJump(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "clock")
	server, err := clock.Serve(socket)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), clock.Variable+"="+socket, sayTime+"=1")
	cmd.Stderr = os.Stderr
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(out)
	want := func(ahead time.Duration) {
		t.Helper()
		if _, err := fmt.Fprintln(in); err != nil {
			t.Fatal(err)
		}
		var wall, elapsed, child int64
		if _, err := fmt.Fscan(answers, &wall, &elapsed, &child); err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		near := func(got int64, want time.Time) bool { return want.Sub(time.Unix(got, 0)).Abs() < 30*time.Second }
		if !near(wall, now.Add(ahead)) || !near(child, now) || elapsed > 30 {
			t.Errorf("it is %v for the process, and %v for its child, after %d s; want %v and %v, soon",
				time.Unix(wall, 0), time.Unix(child, 0), elapsed, now.Add(ahead), now)
		}
	}
	want(0)
	own := server.Of(cmd.Process.Pid)
	if own == nil {
		t.Fatal("the process has no clock")
	}
	own.Jump(time.Hour)
	want(time.Hour)
	own.Jump(-3 * time.Hour)
	want(-2 * time.Hour)
	_ = in.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
