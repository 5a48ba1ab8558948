package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"golang.org/x/sys/unix"
)

// sharedMemory is what runners share in addition to their locks.
const sharedMemory = "/dev/shm"

// privateVariable is set in a process that has a shared memory of its own.
const privateVariable = "CHAOS_PRIVATE_MEMORY"

// privateSize is the size of that memory: more than runners need, and little to fill.
const privateSize = "16m"

// withPrivateMemory runs this program again with a shared memory of its own, so that nobody
// else's is filled, and returns its exit code; false if that is impossible or already done.
func withPrivateMemory(args []string) (code int, done bool) {
	if os.Getenv(privateVariable) != "" {
		return 0, false
	}
	cmd := exec.Command("/proc/self/exe", args[1:]...)
	cmd.Args[0] = args[0]
	cmd.Env = append(os.Environ(), privateVariable+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, "chaos: no faults of /dev/shm, since it cannot have one of its own:", err)
		return 0, false
	}
	return cmd.ProcessState.ExitCode(), true
}

// mountMemory is called by the process that has its own mounts.
func mountMemory() error {
	if os.Getenv(privateVariable) == "" {
		return nil
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return os.NewSyscallError("mount", err)
	}
	return os.NewSyscallError("mount", unix.Mount("tmpfs", sharedMemory, "tmpfs", 0, "mode=1777,size="+privateSize))
}

func hasPrivateMemory() bool { return os.Getenv(privateVariable) != "" }

// strangers puts files and folders of another user where runners look, for a while.
func strangers(_ *world, random *rand.Rand) (bool, error) {
	if !hasPrivateMemory() {
		return false, nil
	}
	stranger := 3000 + random.IntN(1000)
	path := filepath.Join(sharedMemory, fmt.Sprintf("interlock-%d", stranger))
	if err := os.Mkdir(path, 0o755); err != nil {
		return false, ignoreExisting(err)
	}
	defer func() { _ = os.RemoveAll(path) }()
	if err := errors.Join(litter(path, random), os.Chown(path, stranger, stranger)); err != nil {
		return false, err
	}
	time.Sleep(upTo(longestStop, random))
	return true, nil
}

func ignoreExisting(err error) error {
	if errors.Is(err, fs.ErrExist) || errors.Is(err, unix.ENOSPC) {
		return nil
	}
	return err
}

// litter makes something that runners should not stumble over.
func litter(path string, random *rand.Rand) error {
	folder := filepath.Join(path, []string{"starts", "notices"}[random.IntN(2)])
	make := func(name, text string) error {
		return ignoreExisting(errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644)))
	}
	switch random.IntN(6) {
	case 0:
		return os.Chmod(path, 0o700)
	case 1:
		return ignoreExisting(os.WriteFile(folder, []byte("no folder"), 0o644))
	case 2:
		return ignoreExisting(errors.Join(os.MkdirAll(folder, 0o755), unix.Mkfifo(filepath.Join(folder, "fifo"), 0o644)))
	case 3:
		return errors.Join(make("sparse", ""), os.Truncate(filepath.Join(folder, "sparse"), 1<<40))
	case 4:
		return os.Symlink("/proc", folder)
	}
	for i := range 300 {
		if err := make(fmt.Sprint(i), "nonsense\n"); err != nil {
			return err
		}
	}
	return nil
}

// fillMemory leaves no room in the shared memory for a while, so that the starts of a rate cannot
// be written.
func fillMemory(w *world, random *rand.Rand) (done bool, err error) {
	if !hasPrivateMemory() || !w.memory.TryLock() {
		return false, nil
	}
	defer w.memory.Unlock()
	var rated []string
	for name, g := range allGroups() {
		if g.Rate > 0 {
			rated = append(rated, name)
		}
	}
	if err := w.say(caselog.Break, "memory", rated...); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, w.say(caselog.Mend, "memory", rated...)) }()
	file, err := os.CreateTemp(sharedMemory, "full")
	if err != nil {
		return false, ignoreExisting(err)
	}
	defer func() { _ = os.Remove(file.Name()); _ = file.Close() }()
	for block := make([]byte, 1<<20); len(block) > 1; {
		if _, err := file.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	time.Sleep(upTo(longestStop, random))
	return true, nil
}
