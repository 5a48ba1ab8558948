package ownmemory

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// variable is set in a process that has a shared memory of its own.
const variable = "CHAOS_PRIVATE_MEMORY"

// size is the size of that memory: more than runners need, and little to fill.
const size = "16m"

// RunAgain runs this program again with a shared memory of its own, and returns its exit code.
// done is false if that has been done, and there is an error if it is impossible.
func RunAgain(args []string) (code int, done bool, err error) {
	if Has() {
		return 0, false, nil
	}
	cmd := exec.Command("/proc/self/exe", args[1:]...)
	cmd.Args[0] = args[0]
	cmd.Env = append(os.Environ(), variable+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return 0, false, fmt.Errorf("it cannot have a %s of its own: %w", Path, err)
	}
	return cmd.ProcessState.ExitCode(), true, nil
}

// Mount is called by the process that was run again.
func Mount() error {
	if !Has() {
		return nil
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return os.NewSyscallError("mount", err)
	}
	return os.NewSyscallError("mount", unix.Mount("tmpfs", Path, "tmpfs", 0, "mode=1777,size="+size))
}

// Has reports whether this process has a shared memory of its own.
func Has() bool { return os.Getenv(variable) != "" }
