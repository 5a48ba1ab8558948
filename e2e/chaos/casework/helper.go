package casework

import (
	"os"
	"os/exec"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// The kinds of helpers.
const (
	// Child is a process of the case's group.
	Child = "child"
	// Daemon has a session of its own.
	Daemon = "daemon"
)

// helperVariable has the name of the case whose helper a process is.
const helperVariable = "CHAOS_HELPER_OF"

// A helper is this program again. It uses what the case has until it is killed: by the case when
// that ends, or, when the case cannot, by the process that has to.
func init() {
	name := os.Getenv(helperVariable)
	if name == "" {
		return
	}
	log, err := caselog.Append(os.Getenv(LogVariable))
	if err != nil {
		os.Exit(1)
	}
	w := work{name: name, log: log}
	for w.say(caselog.Record{Event: caselog.Touch}) == nil {
		time.Sleep(touching)
	}
	os.Exit(1)
}

// helper is a running helper; nil means none.
type helper struct{ cmd *exec.Cmd }

func (w *work) startHelper() (*helper, error) {
	if w.order.Helper == "" {
		return nil, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	if w.order.Helper == Daemon {
		cmd.SysProcAttr = ownSession()
	}
	cmd.Env = append(os.Environ(), helperVariable+"="+w.name)
	return &helper{cmd}, cmd.Start()
}

// end ends the helper, and returns when it is gone.
func (h *helper) end() {
	if h != nil && h.cmd.ProcessState == nil {
		_ = h.cmd.Process.Kill()
		_ = h.cmd.Wait()
	}
}
