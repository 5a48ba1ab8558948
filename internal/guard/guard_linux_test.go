package guard_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/guard"
	"golang.org/x/sys/unix"
)

// enough is how long these tests wait for what has to happen.
const enough = 30 * time.Second

// wardVariable has the folder of a process that has a guardian, and will be killed.
const wardVariable = "GUARD_TEST_WARD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(wardVariable); dir != "" {
		ward(dir)
	}
	os.Exit(m.Run())
}

// ward holds the lock of a file and runs a program, as a runner does. A line of its input
// ends it in an orderly way.
func ward(dir string) {
	check := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	check(guard.Start(nil))
	file, err := os.Open(filepath.Join(dir, "lock"))
	check(err)
	check(unix.Flock(int(file.Fd()), unix.LOCK_EX))
	kept := guard.Keep([]int{int(file.Fd())})
	fmt.Println("guardian", guard.Pid())
	if script, err := os.ReadFile(filepath.Join(dir, "script")); err == nil {
		go func() {
			_, err := child.Run(context.Background(), child.Command{
				Path: "/bin/sh", Args: []string{"-c", string(script), "sh", dir}, Env: os.Environ(), Output: os.Stdout,
			})
			check(err)
		}()
	}
	line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	if line == "drop\n" {
		kept.Drop()
	}
	guard.Stop()
	os.Exit(0)
}

// startWard starts a ward in a process group of its own, which runs a script if that is not
// empty, and returns when it holds the lock.
func startWard(t *testing.T, script string) (dir string, cmd *exec.Cmd, stdin io.WriteCloser, stdout *bufio.Reader, guardian int) {
	t.Helper()
	dir = t.TempDir()
	write(t, filepath.Join(dir, "lock"), "")
	if script != "" {
		write(t, filepath.Join(dir, "script"), script)
	}
	cmd = exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), wardVariable+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stderr = os.Stderr
	var err error
	if stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	stdout = bufio.NewReader(pipe)
	if guardian, err = strconv.Atoi(strings.TrimPrefix(line(t, stdout), "guardian ")); err != nil || guardian <= 1 {
		t.Fatal(guardian, err)
	}
	return dir, cmd, stdin, stdout, guardian
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func line(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	text, err := r.ReadString('\n')
	if err != nil {
		t.Fatalf("%q, %v", text, err)
	}
	return strings.TrimSuffix(text, "\n")
}

// awaitLock waits until the lock of a ward is free, and takes it.
func awaitLock(t *testing.T, dir string) {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	eventually(t, "the lock is free", func() bool { return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil })
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(enough); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it is not so that %s", what)
		}
	}
}

// runs reports whether a process has not ended.
func runs(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(text), ") Z ")
}

// uses writes to a file all the time, as a case uses a resource.
const uses = `use() { while :; do echo x >> "$1/uses"; sleep 0.01; done; }; `

// When a runner is killed, and its process group with it, the lock is free only when nothing that
// it has started can use the resource any more: children of the case, processes that have left
// its process group, and processes that have lost the mark.
func TestLockOutlivesItsProcessesOnly(t *testing.T) {
	for name, script := range map[string]string{
		"the case":             `echo started; use "$1"`,
		"a child":              `use "$1" & echo started; wait`,
		"a daemon":             `setsid sh -c 'while :; do echo x >> "$0/uses"; sleep 0.01; done' "$1" & echo started; wait`,
		"an orphan":            `(use "$1" &); echo started; exec sleep 1000`,
		"a child without mark": `env -i PATH="$PATH" sh -c 'while :; do echo x >> "$0/uses"; sleep 0.01; done' "$1" & echo started; wait`,
		"many":                 `for i in 1 2 3 4 5 6 7 8 9 10; do use "$1" & setsid sh -c 'while :; do echo x >> "$0/uses"; done' "$1" & done; echo started; wait`,
	} {
		t.Run(name, func(t *testing.T) {
			dir, cmd, _, stdout, guardian := startWard(t, uses+script)
			if got := line(t, stdout); got != "started" {
				t.Fatalf("got %q", got)
			}
			eventually(t, "it uses the resource", func() bool { return size(dir) > 0 })
			if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			awaitLock(t, dir)
			before := size(dir)
			time.Sleep(100 * time.Millisecond)
			if after := size(dir); after != before {
				t.Errorf("%d uses beside the next holder", (after-before)/2)
			}
			eventually(t, "the guardian is gone", func() bool { return !runs(guardian) })
		})
	}
}

// A runner inside a case of another one is killed with it, and so is what it has started. Its own
// lock is free when all of that is dead.
func TestNestedRunners(t *testing.T) {
	t.Setenv("GUARD_TEST_SELF", executable(t))
	dir, cmd, _, stdout, _ := startWard(t, `mkdir "$1/inner"; : > "$1/inner/lock"
		echo 'while :; do echo x >> "$1/uses"; sleep 0.01; done' > "$1/inner/script"
		sleep 1000 | setsid env `+wardVariable+`="$1/inner" "$GUARD_TEST_SELF" & sleep 1000`)
	inner := filepath.Join(dir, "inner")
	if got := line(t, stdout); !strings.HasPrefix(got, "guardian ") {
		t.Fatalf("got %q", got)
	}
	eventually(t, "it uses the resource", func() bool { return size(inner) > 0 })
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	awaitLock(t, inner)
	before := size(inner)
	time.Sleep(100 * time.Millisecond)
	if after := size(inner); after != before {
		t.Errorf("%d uses beside the next holder", (after-before)/2)
	}
	awaitLock(t, dir)
}

func executable(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMarksOfMarks(t *testing.T) {
	for value, want := range map[string]bool{"A": true, "A.1": true, "A.1/B.2": true, "AB": false, "": false, "B/A": false} {
		if got := guard.Has(value, "A"); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
	if guard.Has("", "") {
		t.Error("what has no mark has one that is empty")
	}
}

func size(dir string) int64 {
	info, err := os.Stat(filepath.Join(dir, "uses"))
	if err != nil {
		return 0
	}
	return info.Size()
}

// A runner that ends as it should has ended its cases itself.
func TestGuardianEndsWithItsRunner(t *testing.T) {
	for _, farewell := range []string{"bye\n", "drop\n"} {
		dir, cmd, stdin, _, guardian := startWard(t, "")
		if _, err := io.WriteString(stdin, farewell); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		awaitLock(t, dir)
		eventually(t, "the guardian is gone", func() bool { return !runs(guardian) })
	}
}

// Signals for the runner's group, including those that ask it to end, do not reach its guardian.
func TestGuardianIsNotAskedToEnd(t *testing.T) {
	dir, cmd, _, _, guardian := startWard(t, "")
	eventually(t, "it ignores SIGTERM", func() bool { return ignores(guardian, syscall.SIGTERM) })
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		if err := syscall.Kill(guardian, s); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(50 * time.Millisecond)
	if !runs(guardian) {
		t.Error("a signal has ended it")
	}
	_ = cmd.Process.Kill()
	awaitLock(t, dir)
}

// ignores reports whether a process ignores a signal (proc(5), /proc/pid/status).
func ignores(pid int, s syscall.Signal) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(text), "SigIgn:\t")
	mask, _ := strconv.ParseUint(strings.SplitN(after, "\n", 2)[0], 16, 64)
	return mask&(1<<(s-1)) != 0
}
