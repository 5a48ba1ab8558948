package harness

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// machine describes the machine and the time of the figures.
func machine(at time.Time) string {
	return fmt.Sprintf("%s, %d cores, %s, Linux %s, load average %s",
		at.UTC().Format("2006-01-02 15:04 UTC"), runtime.NumCPU(), cpuModel(),
		firstWord("/proc/sys/kernel/osrelease"), firstWord("/proc/loadavg"))
}

func cpuModel() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func firstWord(path string) string {
	text, _ := os.ReadFile(path)
	if words := strings.Fields(string(text)); len(words) > 0 {
		return words[0]
	}
	return "unknown"
}
