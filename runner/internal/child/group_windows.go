package child

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// forwardSignals does nothing: Windows has no such signals.
func forwardSignals(int) (stop func()) { return func() {} }

// terminateGroup does nothing: a process without a console cannot be asked to
// end, so the grace passes and killGroup ends it.
func terminateGroup(int) {}

// killGroup ends the process and its descendants.
func killGroup(pid int) {
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(pid)).Run()
}

func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func resultOf(state *os.ProcessState) Result { return Result{ExitCode: state.ExitCode()} }
