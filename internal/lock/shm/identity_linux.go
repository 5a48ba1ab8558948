package shm

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Identity returns a number that two processes have in common if each sees what the other writes
// to the shared memory. A container or a sandbox with a /dev/shm of its own has another number.
// The kernel gives each tmpfs a device number, which is the same in all mount namespaces.
func Identity() (uint64, error) {
	var stat unix.Stat_t
	if err := unix.Stat(root, &stat); err != nil {
		return 0, &fs.PathError{Op: "stat", Path: root, Err: err}
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return 0, fmt.Errorf("which shared memory this is cannot be told: %w", err)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s", stat.Dev, stat.Ino, boot))
	return binary.BigEndian.Uint64(sum[:]), nil
}
