package guard

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

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
			inGroup := groups[p.group] || groups[p.session]
			if !inGroup && !p.hasMark(mark) {
				continue
			}
			left++
			living[p.group], living[p.session] = inGroup, inGroup
			// The guardian of a runner below ends by itself, when it has done what it is for.
			if IsGuardian(p.pid) {
				continue
			}
			if unix.Kill(p.pid, unix.SIGKILL) == nil {
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

// process is one that has not ended. A zombie has: it uses nothing any more.
type process struct{ pid, group, session int }

// processes returns all that can be seen.
func processes() (all []process) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	self := os.Getpid()
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && pid != self {
			if p, runs := look(pid); runs {
				all = append(all, p)
			}
		}
	}
	return all
}

// look reads what proc(5) has of a process: its number, its name in parentheses, its
// state, and the numbers of its parent, group and session.
func look(pid int) (p process, runs bool) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return process{}, false
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 4 || fields[0] == "Z" || fields[0] == "X" {
		return process{}, false
	}
	group, _ := strconv.Atoi(fields[2])
	session, _ := strconv.Atoi(fields[3])
	return process{pid, group, session}, true
}

// hasMark reports whether the environment of a process has a mark.
func (p process) hasMark(mark string) bool {
	return Has(MarkOf(p.pid), mark)
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
