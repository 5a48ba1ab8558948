package scene

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"golang.org/x/sys/unix"
)

// Process is something that a fault can hit.
type Process interface {
	// Signal reports whether the process was there to receive it.
	Signal(unix.Signal) bool
	// Record is what the log says about it.
	Record() caselog.Record
}

// Breaker is a process because of whose faults cases may fail, from then on.
type Breaker interface {
	// Kind says in the log what it is, and Breaks which group's cases may fail.
	Kind() string
	Breaks() string
}

// Runner is a runner under way.
type Runner interface {
	comparable
	Process
	Name() string
	PID() int
	// Age is the time since it was started.
	Age() time.Duration
	Ended() bool
	Killed() bool
}

// Case is a case that has started and not ended.
type Case[R Runner] struct {
	Runner R
	Name   string
	pid    int
}

// Signal makes sure that the process is the case before it sends anything.
func (c *Case[R]) Signal(s unix.Signal) bool {
	return SignalIf(c.pid, func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.pid))
		return err == nil && strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", c.Runner.PID()))
	}, s)
}

// Record implements Process.
func (c *Case[R]) Record() caselog.Record {
	return caselog.Record{Run: c.Runner.Name(), Case: c.Name, PID: c.pid}
}

// SignalIf sends a signal to a process, if it is what is meant: it may have ended, and another one
// may have its number.
func SignalIf(pid int, isIt func() bool, s unix.Signal) bool {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	return isIt() && unix.PidfdSendSignal(fd, s, nil, 0) == nil
}
