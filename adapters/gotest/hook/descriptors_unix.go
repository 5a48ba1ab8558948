//go:build unix

package hook

import (
	"os"
	"syscall"
)

// own makes files of descriptors, which no process that a test starts inherits, and one more of
// the current output.
func own(events, commands int) (eventsFile, commandsFile, output *os.File, err error) {
	copied, err := syscall.Dup(1)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, fd := range []int{events, commands, copied} {
		syscall.CloseOnExec(fd)
	}
	return os.NewFile(uintptr(events), "events"), os.NewFile(uintptr(commands), "commands"), os.NewFile(uintptr(copied), "output"), nil
}
