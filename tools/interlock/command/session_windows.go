package command

import "syscall"

// inOwnSession would let a process outlive the console: but nothing does here.
func inOwnSession() *syscall.SysProcAttr { return nil }
