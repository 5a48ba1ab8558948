//go:build unix

package command

import "syscall"

// inOwnSession lets a process outlive the terminal, and keeps its signals away.
func inOwnSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
