//go:build unix

package child

import "syscall"

// maxPipe is the most that a pipe holds, unless root made it larger
// (/proc/sys/fs/pipe-max-size on Linux; elsewhere it is less).
const maxPipe = 1 << 20

// copyRest passes on what is in the pipe now. The limit is for a process that writes for ever;
// the output of the group comes before that. It reports whether the other end of the pipe is
// still open.
func (o *output) copyRest() (open bool) {
	raw, err := o.reader.SyscallConn()
	if err != nil {
		return false
	}
	buffer := make([]byte, 32<<10)
	for total := 0; total < maxPipe; {
		n := 0
		failed := raw.Read(func(fd uintptr) bool {
			n, err = readNow(int(fd), buffer)
			return true // never wait
		})
		if failed != nil || err != nil || n <= 0 {
			return err == syscall.EAGAIN
		}
		o.write(buffer[:n])
		total += n
	}
	return true
}

// readNow reads from a descriptor that does not block.
func readNow(fd int, buffer []byte) (int, error) {
	for {
		n, err := syscall.Read(fd, buffer)
		if err != syscall.EINTR {
			return n, err
		}
	}
}
