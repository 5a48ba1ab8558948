// Package procfs reads what the kernel reports about processes (proc(5)).
package procfs

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Process is an existing process.
type Process struct {
	// PID, Parent, Group and Session are its numbers.
	PID, Parent, Group, Session int
	// State is one letter (proc_pid_stat(5)).
	State string
	// Kernel says whether it is a thread of the kernel.
	Kernel bool
}

// Ended reports whether it no longer runs, although nobody has reaped it yet.
func (p Process) Ended() bool { return p.State == "Z" || p.State == "X" }

// kernelThread is the flag of a kernel thread: PF_KTHREAD in the kernel's sched.h.
const kernelThread = 0x00200000

// Look reads /proc/pid/stat: after the program's name in parentheses, which may contain
// anything, come the state, the parent, the group, the session, two numbers of a terminal
// and the flags.
func Look(pid int) (Process, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Process{}, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	p := Process{PID: pid}
	if len(fields) < 7 {
		return p, fmt.Errorf("unknown content: %q", text)
	}
	p.State = fields[0]
	flags, err := strconv.ParseUint(fields[6], 10, 64)
	if err != nil {
		return p, fmt.Errorf("unknown content: %q", text)
	}
	p.Kernel = flags&kernelThread != 0
	for i, number := range []*int{&p.Parent, &p.Group, &p.Session} {
		if *number, err = strconv.Atoi(fields[i+1]); err != nil {
			return p, fmt.Errorf("unknown content: %q", text)
		}
	}
	return p, nil
}
