package child

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// forwarder does nothing: Windows has no such signals.
type forwarder struct{}

func catchSignals() *forwarder                  { return nil }
func (*forwarder) passTo(int, <-chan os.Signal) {}
func (*forwarder) stop()                        {}

// terminateGroup does nothing: a process without a console cannot be asked to
// end, so the grace passes and killGroup ends it.
func terminateGroup(int) {}

// dump does nothing, like terminateGroup.
func dump(int) {}

// killGroup ends the process and its descendants.
func killGroup(pid int) {
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(pid)).Run()
}

// waitAndKillRest waits until the program has ended and calls ended. It kills nothing: there is
// no group to name, and another process may already have the program's number.
func (p *program) waitAndKillRest(_ *os.File, ended func()) (left leftovers, err error) {
	err = p.Wait()
	ended()
	return leftovers{}, err
}

func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// inForeground does nothing: a console belongs to everybody.
func inForeground(*syscall.SysProcAttr, *os.File) {}

func resultOf(state *os.ProcessState) Result { return Result{ExitCode: state.ExitCode()} }
