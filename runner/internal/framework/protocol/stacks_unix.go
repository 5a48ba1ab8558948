//go:build unix

package protocol

import (
	"syscall"
	"time"
)

// printing is how long a process has to print its stacks.
const printing = 300 * time.Millisecond

// printStacks lets the process print the stacks of its threads, if it can.
func (w *worker) printStacks() {
	if w.pid == 0 || syscall.Kill(w.pid, syscall.SIGQUIT) != nil {
		return
	}
	until := time.After(printing)
	for {
		select {
		case text := <-w.printed:
			w.out.write(text)
		case <-w.ended:
			return
		case <-until:
			return
		}
	}
}
