// Package clock gives a process a wall clock that can be set while it runs, without touching the
// machine's clock.
//
// A Go program reads its clocks from the vDSO, without a system call (vdso(7)). If it finds none,
// it calls clock_gettime(2). So Become starts the process with a filter before its system calls
// (seccomp_unotify(2)). At the first system call, the Server hides the vDSO from the process, and
// from then on answers for CLOCK_REALTIME. All other clocks stay as they are, because real ones
// never jump. The children of the process see the machine's clock.
//
// It works for programs on Linux on x86-64.
package clock

// Variable has the path of the server's socket, for Become.
const Variable = "CHAOS_CLOCK"

// ProgramVariable has the path of the program to become; without it that is the same program.
const ProgramVariable = "CHAOS_CLOCK_PROGRAM"
