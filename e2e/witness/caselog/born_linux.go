package caselog

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Tick is the resolution of Born: a hundredth of a second, on all current processors.
const Tick = 10 * time.Millisecond

// Born returns when this process was created: field 22 of /proc/self/stat (proc_pid_stat(5),
// starttime), which is in ticks of the clock of Now.
func Born() (Instant, error) {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0, err
	}
	_, fields, _ := strings.Cut(string(text), ") ") // the fields from the third on
	ticks, err := strconv.ParseInt(strings.Fields(fields)[22-3], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("/proc/self/stat: %w", err)
	}
	return Instant(ticks * int64(Tick)), nil
}
