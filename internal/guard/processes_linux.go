package guard

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/interlock-build/rules_interlock/internal/procfs"
	"golang.org/x/sys/unix"
)

// stubborn is how long to wait for processes that cannot be killed, such as a program that
// belongs to another user.
const stubborn = 10 * time.Second

// beginning is how long a process may take to become a program (execve(2)). During that time its
// environment is unknown.
const beginning = time.Second

// killAll kills some process groups, and all processes with a mark, and returns when
// they are gone.
func killAll(mark string, groups map[int]bool) {
	for group := range groups {
		_ = unix.Kill(-group, unix.SIGKILL)
	}
	until, begun := time.Now().Add(stubborn), time.Now().Add(beginning)
	for pause := time.Millisecond; ; pause = min(2*pause, 20*time.Millisecond) {
		left, killable, living := 0, 0, map[int]bool{}
		for _, p := range processes() {
			inGroup := groups[p.Group] || groups[p.Session]
			if !inGroup {
				of, known := variableOf(p.PID, Variable)
				if !known && !p.Kernel && time.Now().Before(begun) {
					left, killable = left+1, killable+1 // it may be marked, when it has begun
					continue
				}
				if !Has(of, mark) {
					continue
				}
			}
			left++
			living[p.Group], living[p.Session] = inGroup, inGroup
			// The guardian of a runner below ends by itself, when it has done its work.
			if IsGuardian(p.PID) {
				continue
			}
			if unix.Kill(p.PID, unix.SIGKILL) == nil {
				killable++
			}
		}
		if left == 0 || killable == 0 && time.Now().After(until) {
			return
		}
		// Another group may soon have the number of a group that is gone.
		maps.DeleteFunc(groups, func(group int, _ bool) bool { return !living[group] })
		time.Sleep(pause)
	}
}

// processes returns all processes that can be seen and have not ended. A zombie has ended: it
// uses nothing any more.
func processes() (all []procfs.Process) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	self := os.Getpid()
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == self {
			continue
		}
		if p, err := procfs.Look(pid); err == nil && !p.Ended() {
			all = append(all, p)
		}
	}
	return all
}

// IsGuardian reports whether a process is the guardian of some runner.
func IsGuardian(pid int) bool {
	of, _ := variableOf(pid, guardianVariable)
	return of != ""
}

// MarkOf returns the value of Variable in the initial environment of a process; empty if it has
// none or cannot be asked. It waits for a process that is just beginning.
func MarkOf(pid int) string {
	for begun := time.Now().Add(beginning); ; time.Sleep(time.Millisecond) {
		mark, known := variableOf(pid, Variable)
		if known || time.Now().After(begun) {
			return mark
		}
	}
}

// procFolder is where the kernel lists processes.
var procFolder = "/proc"

// variableOf returns a variable of the initial environment of a process; empty if there is none.
// It is not known while the process becomes a program: execve(2) has then removed the old
// environment and the old arguments, and not yet written the new ones.
func variableOf(pid int, name string) (value string, known bool) {
	read := func(file string) []byte {
		text, _ := os.ReadFile(filepath.Join(procFolder, strconv.Itoa(pid), file))
		return text
	}
	environ := read("environ")
	if len(environ) == 0 && len(read("cmdline")) > 0 {
		environ = read("environ") // it may have become one just now
		known = true
	}
	for entry := range bytes.SplitSeq(environ, []byte{0}) {
		if value, ok := bytes.CutPrefix(entry, []byte(name+"=")); ok {
			return string(value), true
		}
	}
	return "", known || len(environ) > 0 || !exists(pid)
}

// exists reports whether there is a process with that number that has not ended.
func exists(pid int) bool {
	p, err := procfs.Look(pid)
	return err == nil && !p.Ended()
}
