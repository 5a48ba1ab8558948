//go:build unix

package hook

import (
	"os"
	"syscall"
)

// own makes files of descriptors that no process gets which a test starts, and
// one more of where the output goes.
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
