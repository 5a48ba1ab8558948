package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/interlock-build/rules_interlock/e2e/chaos/scene"
	"golang.org/x/sys/unix"
)

// markVariable marks the processes of a round.
const markVariable = "CHAOS_ROUND"

// isMarked reports whether a process runs, and is of a round. A zombie has no environment.
func isMarked(pid int, mark string) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return err == nil && strings.Contains("\x00"+string(text), "\x00"+markVariable+"="+mark+"\x00")
}

// isGuardian reports whether a process is a guardian that this program's runners or keepers have
// started, which have no mark.
func isGuardian(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || string(text) != "interlock-guardian\x00" {
		return false
	}
	own, _ := os.Readlink("/proc/self/ns/mnt")
	its, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/mnt", pid))
	return err == nil && its == own
}

// left returns what runs of a round, by its number.
func left(mark string) map[int]string {
	all := map[int]string{}
	entries, _ := filepath.Glob("/proc/[0-9]*")
	for _, entry := range entries {
		pid, err := strconv.Atoi(filepath.Base(entry))
		if err != nil || !isMarked(pid, mark) && !isGuardian(pid) {
			continue
		}
		text, _ := os.ReadFile(filepath.Join(entry, "cmdline"))
		all[pid] = strings.TrimSpace(strings.ReplaceAll(string(text), "\x00", " "))
	}
	return all
}

// killLeft ends what a round has left.
func killLeft(mark string) {
	for pid := range left(mark) {
		scene.SignalIf(pid, func() bool { return isMarked(pid, mark) || isGuardian(pid) }, unix.SIGKILL)
	}
}
