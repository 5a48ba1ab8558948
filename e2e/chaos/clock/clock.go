// Package clock gives a process a wall clock that can be set while it runs,
// without touching that of the machine.
//
// A Go program reads its clocks from the vDSO, that is, without a system call
// (vdso(7)), unless it finds none: then it calls clock_gettime(2). So the
// process is started by Become, which puts a filter before its system calls
// (seccomp_unotify(2)), and the Server hides the vDSO from it, by the first
// system call of its start, and answers for CLOCK_REALTIME from then on. All
// other clocks stay as they are: no real one of them ever jumps. The children of
// the process see the machine's clock.
//
// It works for programs on Linux on x86-64.
package clock

// Variable has the path of the server's socket, for Become.
const Variable = "CHAOS_CLOCK"

// ProgramVariable has the path of the program to become; without it that is the
// same one.
const ProgramVariable = "CHAOS_CLOCK_PROGRAM"
