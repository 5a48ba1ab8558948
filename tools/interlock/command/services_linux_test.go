package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/lock/shm"
	"github.com/interlock-build/rules_interlock/internal/service"
	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// sharedMemory is the variable with the folder that stands for it, for a keeper that a test starts.
const sharedMemory = "SHARED_MEMORY_OF_THE_TEST"

// beKeeper makes this process a keeper, if it was started as one.
func beKeeper() {
	folder := os.Getenv(sharedMemory)
	if folder == "" || len(os.Args) < 2 || os.Args[1] != "services" {
		return
	}
	shm.InFolder(folder)
	if err := Services(context.Background(), Invocation{Args: os.Args[2:], Stdout: os.Stdout, Stderr: os.Stderr}); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// atHome gives a test a home and a shared memory.
func atHome(t *testing.T) streams {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	folder := t.TempDir()
	t.Setenv(sharedMemory, folder)
	t.Cleanup(shm.InFolder(folder))
	t.Cleanup(func() { awaitNoKeeper(t) })
	return newStreams(t)
}

func awaitNoKeeper(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(pipetest.Soon); ; time.Sleep(5 * time.Millisecond) {
		c, err := keeper.Dial()
		if errors.Is(err, keeper.ErrNone) {
			return
		}
		if err == nil {
			c.Close()
		}
		if time.Now().After(deadline) {
			t.Fatalf("the keeper does not end: %v", err)
		}
	}
}

func (s streams) run(command func(context.Context, Invocation) error, args ...string) error {
	return command(s.t.Context(), Invocation{Args: args, Stdin: s.stdout, Stdout: s.stdout, Stderr: s.stderr})
}

func TestWithServices(t *testing.T) {
	s := atHome(t)
	folder, err := keeper.Folder()
	if err != nil {
		t.Fatal(err)
	}
	err = s.run(WithServices, "--", "sh", "-c", `[ -S "$1" ] && echo up; exit 5`, "sh", keeper.SocketIn(folder))
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Code != 5 || exit.Err != nil {
		t.Errorf("error %v, want exit code 5", err)
	}
	if got := s.take(s.stdout); got != "up\n" {
		t.Errorf("it printed %q", got)
	}
	awaitNoKeeper(t)
}

// What the program leaves behind, as Bazel leaves its server, goes on.
func TestWithServicesEndsNothingElse(t *testing.T) {
	s := atHome(t)
	if err := s.run(WithServices, "sh", "-c", "sleep 1000 > /dev/null 2>&1 & echo $!"); err != nil {
		t.Fatal(err)
	}
	pid := strings.TrimSpace(s.take(s.stdout))
	if err := exec.Command("kill", pid).Run(); err != nil {
		t.Errorf("process %s is gone: %v", pid, err)
	}
}

func TestWithServicesPassesOnASignal(t *testing.T) {
	s := atHome(t)
	err := s.run(WithServices, "sh", "-c", `kill -TERM $PPID; while :; do sleep 0.01; done`)
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Code != 128+int(syscall.SIGTERM) {
		t.Errorf("error %v", err)
	}
}

func TestWithServicesWithoutAProgram(t *testing.T) {
	s := atHome(t)
	for _, args := range [][]string{nil, {"--"}} {
		if err := s.run(WithServices, args...); !errors.Is(err, ErrUsage) {
			t.Errorf("error %v", err)
		}
	}
	err := s.run(WithServices, "--", "no-such-program-at-all")
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Code != ExitNotFound {
		t.Errorf("error %v", err)
	}
}

func TestServicesUpAndDown(t *testing.T) {
	s := atHome(t)
	for range 2 {
		if err := s.run(Services, "up"); err != nil {
			t.Fatal(err)
		}
		if got := s.take(s.stderr); !strings.Contains(got, "the keeper of services is up (process ") {
			t.Errorf("it said %q", got)
		}
	}
	if err := s.run(WithServices, "true"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	c, err := keeper.Dial()
	if err != nil {
		t.Fatalf("it has ended with a program, although it was told to stay: %v", err)
	}
	c.Close()
	for _, want := range []string{"the keeper of services has ended", "no keeper of services is up"} {
		if err := s.run(Services, "down"); err != nil {
			t.Fatal(err)
		}
		if got := s.take(s.stderr); !strings.Contains(got, want) {
			t.Errorf("it said %q, want %q", got, want)
		}
	}
}

// The keeper's own user is told who uses what, and can end it all the same.
func TestServicesDownWhileInUse(t *testing.T) {
	s := atHome(t)
	if err := s.run(Services, "up"); err != nil {
		t.Fatal(err)
	}
	loan := borrow(t)
	s.take(s.stderr)
	down := make(chan error, 1)
	go func() { down <- s.run(Services, "down") }()
	for !strings.Contains(readFile(t, s.stderr.Name()), "waiting for //:a_test, which has //:db: unit 0; end them with --now") {
		time.Sleep(5 * time.Millisecond)
	}
	if err := s.run(Services, "down", "--now"); err != nil {
		t.Error(err)
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
	<-loan.Gone()
}

// The next keeper waits until nothing is left of the services of one that was killed.
func TestKeeperAfterOneThatWasKilled(t *testing.T) {
	s := atHome(t)
	if err := s.run(Services, "up"); err != nil {
		t.Fatal(err)
	}
	service := borrow(t).Values()["pid"]
	c, keeper := attach(t)
	guardian := guardianOf(t, keeper)
	stop(t, guardian)
	t.Cleanup(func() { _ = syscall.Kill(guardian, syscall.SIGCONT) })
	if _, err := c.Kill(); err != nil {
		t.Fatal(err)
	}
	up := make(chan error, 1)
	go func() { up <- s.run(Services, "up") }()
	select {
	case err := <-up:
		t.Errorf("a keeper is up beside the services of the last one: %v", err)
	case <-time.After(500 * time.Millisecond):
	}
	send(t, guardian, syscall.SIGCONT)
	if err := <-up; err != nil {
		t.Error(err)
	}
	if name, err := os.ReadFile("/proc/" + service + "/cmdline"); err == nil && len(name) > 0 {
		t.Errorf("process %s is still there: %q", service, name)
	}
	if err := s.run(Services, "down"); err != nil {
		t.Error(err)
	}
}

// attach returns a connection to the keeper, and the number of its process.
func attach(t *testing.T) (*keeper.Connection, int) {
	t.Helper()
	c, err := keeper.Dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	var reply keeper.Reply
	if err := errors.Join(c.Send(keeper.Request{Version: keeper.Version, Attach: true}), c.Receive(&reply, pipetest.Soon)); err != nil {
		t.Fatal(err)
	}
	return c, reply.PID
}

func guardianOf(t *testing.T, keeper int) int {
	t.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", keeper))
	for _, task := range tasks {
		children, _ := os.ReadFile(task)
		for _, child := range strings.Fields(string(children)) {
			if name, _ := os.ReadFile("/proc/" + child + "/cmdline"); string(name) != "interlock-guardian\x00" {
				continue
			}
			if pid, err := strconv.Atoi(child); err == nil {
				return pid
			}
		}
	}
	t.Fatalf("process %d has no guardian: %v", keeper, err)
	return 0
}

// stop returns when the process stands still.
func stop(t *testing.T, pid int) {
	t.Helper()
	send(t, pid, syscall.SIGSTOP)
	for deadline := time.Now().Add(pipetest.Soon); ; time.Sleep(time.Millisecond) {
		text := readFile(t, fmt.Sprintf("/proc/%d/stat", pid))
		if strings.Contains(text, ") T ") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not stop: %s", text)
		}
	}
}

func send(t *testing.T, pid int, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, s); err != nil {
		t.Fatal(err)
	}
}

// A keeper that stands still can be ended all the same.
func TestServicesDownOfASilentKeeper(t *testing.T) {
	s := atHome(t)
	if err := s.run(Services, "up"); err != nil {
		t.Fatal(err)
	}
	_, keeper := attach(t)
	stop(t, keeper)
	if err := s.run(Services, "down", "--now"); err != nil {
		t.Error(err)
	}
	if got := readFile(t, s.stderr.Name()); !strings.Contains(got, "does not answer, and was killed with its services") {
		t.Errorf("it said %q", got)
	}
}

// borrow returns an instance that the keeper has started.
func borrow(t *testing.T) *keeper.Loan {
	t.Helper()
	path := filepath.Join(t.TempDir(), "up")
	pipetest.WriteFile(t, path, "#!/bin/sh\necho '{\"resources\": [{\"pid\": \"'$$'\"}]}'\nexec sleep 1000\n", 0o755)
	file, err := keeper.FileAt("_main/up", path)
	if err != nil {
		t.Fatal(err)
	}
	files := []keeper.File{file}
	use := keeper.Use{
		Place: "build:x", Borrower: "//:a_test", IdleTimeout: time.Hour, Network: keeper.Network(), Workspace: "_main",
		Spec: service.Spec{
			Name: "//:db: unit 0", Setup: service.Program{Name: "up", Path: "_main/up"}, Timeout: pipetest.Soon,
			Environ: []string{"PATH=" + os.Getenv("PATH")},
		},
	}
	if err := use.Seal(files); err != nil {
		t.Fatal(err)
	}
	c, err := keeper.Dial()
	if err != nil {
		t.Fatal(err)
	}
	loan, err := c.Borrow(t.Context(), use, func() []keeper.File { return files }, func(keeper.Lent) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return loan
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestStatusShowsServices(t *testing.T) {
	s := atHome(t)
	if err := s.run(Services, "up"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.run(Services, "down", "--now") }()
	borrow(t)
	if err := s.run(Status, "--scope=build"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"services:\n", "  //:db: unit 0  in use, //:a_test  since ", "up for 0s, 1 uses"} {
		if got := readFile(t, s.stdout.Name()); !strings.Contains(got, want) {
			t.Errorf("status printed %q, want %q in it", got, want)
		}
	}
}

func TestServicesMisused(t *testing.T) {
	s := atHome(t)
	for _, args := range [][]string{nil, {"start"}, {"up", "now"}, {"up", "--soon"}} {
		if err := s.run(Services, args...); !errors.Is(err, ErrUsage) {
			t.Errorf("%q: error %v", args, err)
		}
	}
}
