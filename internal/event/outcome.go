package event

// Status is how a case ended.
type Status int

const (
	// Passed is the only good end.
	Passed Status = iota
	// Failed means that the case itself found something wrong.
	Failed
	// Errored means that the case could not be run to its end: it was not
	// started, was cut short, or lost what it held.
	Errored
	// Skipped means that the case was left out on purpose.
	Skipped
)

// String returns the word that logs use.
func (s Status) String() string {
	return [...]string{"PASS", "FAIL", "ERROR", "SKIP"}[s]
}

// Bad reports whether a case that ended so fails the test.
func (s Status) Bad() bool { return s == Failed || s == Errored }

// Types of what went wrong, as test.xml has them.
const (
	// TypeTimeout: a time limit was exceeded.
	TypeTimeout = "timeout"
	// TypeInterrupted: the runner was told to stop.
	TypeInterrupted = "interrupted"
	// TypeInfrastructure: not the case failed, but something that it depends on.
	TypeInfrastructure = "infrastructure"
	// TypeNotRun: the program chose not to run the case.
	TypeNotRun = "not-run"
	// TypeFailFast: an earlier case was bad.
	TypeFailFast = "fail-fast"
	// TypeFailure: the case found something wrong.
	TypeFailure = "failure"
	// TypeExit: the case's program exited with a code other than 0.
	TypeExit = "exit"
	// TypeSignal: a signal killed the case's program.
	TypeSignal = "signal"
	// TypeStart: the case's program could not be started.
	TypeStart = "start"
	// TypeLeak: the case left a process or an open pipe behind.
	TypeLeak = "leak"
	// TypeFlaky: the case passed only in a retry.
	TypeFlaky = "flaky"
	// TypeConfig: the test could not be set up.
	TypeConfig = "config"
)

// Outcome is how a case ended, and why.
type Outcome struct {
	Status Status
	// Type is one of the types above, empty if nothing went wrong.
	Type string
	// Message says what went wrong, for people. The log has its first line.
	Message string
	// Text is the long description in test.xml; empty means the message and the case's output.
	Text string
	// ExitCode is the exit code that the runner passes on if this is its only case: the exit code
	// of the case's process, or 0 if it had none.
	ExitCode int
}

// Bad reports whether the outcome fails the test.
func (o Outcome) Bad() bool { return o.Status.Bad() }
