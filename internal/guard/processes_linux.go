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

// stubborn is how long those are waited for that cannot be killed, as a program that
// belongs to another user.
const stubborn = 10 * time.Second

// killAll kills some process groups, and all processes with a mark, and returns when
// they are gone.
func killAll(mark string, groups map[int]bool) {
	for group := range groups {
		_ = unix.Kill(-group, unix.SIGKILL)
	}
	until := time.Now().Add(stubborn)
	for pause := time.Millisecond; ; pause = min(2*pause, 20*time.Millisecond) {
		left, killable, living := 0, 0, map[int]bool{}
		for _, p := range processes() {
			inGroup := groups[p.Group] || groups[p.Session]
			if !inGroup && !Has(MarkOf(p.PID), mark) {
				continue
			}
			left++
			living[p.Group], living[p.Session] = inGroup, inGroup
			// The guardian of a runner below ends by itself, when it has done what it is for.
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
		// The number of a group that is gone may soon be somebody else's.
		maps.DeleteFunc(groups, func(group int, _ bool) bool { return !living[group] })
		time.Sleep(pause)
	}
}

// processes returns all that can be seen and have not ended. A zombie has: it uses nothing
// any more.
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
func IsGuardian(pid int) bool { return variableOf(pid, guardianVariable) != "" }

// MarkOf returns the value of Variable in the environment that a process began with;
// empty if it has none, or cannot be asked.
func MarkOf(pid int) string { return variableOf(pid, Variable) }

func variableOf(pid int, name string) string {
	text, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
	for entry := range bytes.SplitSeq(text, []byte{0}) {
		if value, ok := bytes.CutPrefix(entry, []byte(name+"=")); ok {
			return string(value)
		}
	}
	return ""
}
