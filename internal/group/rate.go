package group

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Bounds of a rate. A start is remembered until its window has passed, so the number of starts
// bounds what is stored. A window below a second would be shorter than the variation in how long
// a process takes to start.
const (
	maxStarts = 10_000
	minWindow = time.Second
	maxWindow = 24 * time.Hour
)

// rateUnits are the units of a window.
var rateUnits = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

// Rate is how many cases may start in any window of time. The zero value means no limit.
type Rate struct {
	// Starts is the most that start within Window.
	Starts int
	// Window is the length of each of the windows, which is a whole number of seconds.
	Window time.Duration
}

// Limited reports whether r is a limit.
func (r Rate) Limited() bool { return r.Starts > 0 }

// Wait returns how long the last of that many starts has to wait at least: one window for each
// r.Starts starts before it.
func (r Rate) Wait(starts int) time.Duration {
	if !r.Limited() || starts == 0 {
		return 0
	}
	return time.Duration((starts-1)/r.Starts) * r.Window
}

// ParseRate reads STARTS/WINDOW, such as "60/m" or "20/30s". WINDOW is a number, which may be
// left out if it is 1, and one of the units s, m and h. Starts are 1 to 10000, and windows a
// second to a day.
func ParseRate(text string) (Rate, error) {
	starts, window, ok := strings.Cut(text, "/")
	if !ok {
		return Rate{}, rateError(text, "there is no '/' in it")
	}
	n, err := strconv.ParseUint(starts, 10, 31)
	if err != nil || n < 1 || n > maxStarts {
		return Rate{}, rateError(text, fmt.Sprintf("%q is no number of starts from 1 to %d", starts, maxStarts))
	}
	w, ok := parseWindow(window)
	if !ok {
		return Rate{}, rateError(text, fmt.Sprintf("%q is no time from a second to a day", window))
	}
	return Rate{Starts: int(n), Window: w}, nil
}

func parseWindow(text string) (time.Duration, bool) {
	if text == "" {
		return 0, false
	}
	unit, ok := rateUnits[text[len(text)-1:]]
	count := text[:len(text)-1]
	if count == "" {
		count = "1"
	}
	n, err := strconv.ParseUint(count, 10, 31)
	if !ok || err != nil || n > uint64(maxWindow/time.Second) {
		return 0, false
	}
	window := time.Duration(n) * unit
	return window, window >= minWindow && window <= maxWindow
}

func rateError(text, problem string) error {
	return fmt.Errorf("rate %q: %s; write STARTS/WINDOW, such as \"60/m\" or \"20/30s\"", text, problem)
}

// String returns what ParseRate reads, with the largest unit that divides the window.
func (r Rate) String() string {
	if !r.Limited() {
		return ""
	}
	for _, unit := range []string{"h", "m", "s"} {
		if length := rateUnits[unit]; r.Window%length == 0 {
			count := strconv.Itoa(int(r.Window / length))
			if count == "1" {
				count = ""
			}
			return fmt.Sprintf("%d/%s%s", r.Starts, count, unit)
		}
	}
	return fmt.Sprintf("%d/%s", r.Starts, r.Window)
}

// MarshalText writes what String returns.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what String returns.
func (r *Rate) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*r = Rate{}
		return nil
	}
	parsed, err := ParseRate(string(text))
	if err == nil {
		*r = parsed
	}
	return err
}
