package notice

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock/shm"
	"golang.org/x/sys/unix"
)

// stranger makes living files of another user in a folder that stands for the
// shared memory.
func stranger(t *testing.T, count int, text string) {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(shm.InFolder(dir))
	notices := filepath.Join(dir, "interlock-other", folder)
	if err := os.MkdirAll(notices, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range count {
		if err := writeLocked(t, filepath.Join(notices, fmt.Sprint(i)), text); err != nil {
			t.Fatal(err)
		}
	}
}

// cost is what Read takes, of memory and of processor time.
func cost(read func()) (memory uint64, processor time.Duration) {
	var before, after runtime.MemStats
	var began, ended unix.Rusage
	runtime.GC()
	runtime.ReadMemStats(&before)
	_ = unix.Getrusage(unix.RUSAGE_SELF, &began)
	read()
	_ = unix.Getrusage(unix.RUSAGE_SELF, &ended)
	runtime.ReadMemStats(&after)
	sum := func(r unix.Rusage) time.Duration { return time.Duration(r.Utime.Nano() + r.Stime.Nano()) }
	return after.TotalAlloc - before.TotalAlloc, sum(ended) - sum(began)
}

// However much another user publishes, and whatever it contains, a look takes no more than 16 MiB
// and 50 ms, and the problem names where it stopped.
func TestReadIsBounded(t *testing.T) {
	many, err := encode(slices.Repeat([]Use{anyUse()}, maxUses))
	if err != nil {
		t.Fatal(err)
	}
	fill := func(begin, repeated, end string) string {
		return begin + strings.Repeat(repeated, (maxFile-len(begin)-len(end))/len(repeated)) + end
	}
	for name, text := range map[string]string{
		"as a runner tells": string(many),
		"empty uses":        fill(`{"version":1,"uses":[`, `{},`, `{}]}`),
		"numbers":           fill(`{"version":1,"uses":[{"slots":[`, `0,`, `0]}]}`),
		"texts":             fill(`{"version":1,"uses":[{"definition":{"instances":[`, `"",`, `""]}}]}`),
		"deep":              fill("", `[`, ""),
		"deep in a use":     fill(`{"version":1,"uses":[{"slots":`, `[`, ""),
		"white space":       fill("", " ", "{}"),
		"escapes":           fill(`{"version":1,"uses":[{"label":"`, `\u0041`, `"}]}`),
	} {
		t.Run(name, func(t *testing.T) {
			stranger(t, 100, text)
			var problems []error
			memory, processor := cost(func() { _, problems = Read() })
			for range 2 {
				if m, p := cost(func() { Read() }); p < processor {
					memory, processor = m, p
				}
			}
			if memory > 16<<20 || processor > 50*time.Millisecond {
				t.Errorf("it took %d bytes and %v", memory, processor)
			}
			last := problems[len(problems)-1].Error()
			if !strings.Contains(last, "interlock-other/notices/") || !strings.Contains(last, "is more than one look may take (16 MiB and 50 ms)") {
				t.Errorf("the last problem is %q", last)
			}
		})
	}
}
