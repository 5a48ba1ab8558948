package rate

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock/shm"
)

// folder is where the starts are, one file for each group.
const folder = "starts"

// maxFile is the length of a file with the starts of the highest rate.
const maxFile = 1 << 20

// machine is a store that all processes of a machine share, until the machine restarts. Each user
// has a file of its own, with the starts of its cases.
type machine struct {
	name     string
	ofOthers bool // starts of other users count too
	rate     group.Rate
	lock     func(context.Context) (unlock func(), err error)
}

// OnMachine returns the store for the group with that identity, which is unique on the machine.
// In scope host the starts of other users count too. All users of the group must use the same
// lock.
func OnMachine(identity string, scope group.Scope, r group.Rate, lock func(context.Context) (unlock func(), err error)) Store {
	return &machine{name: shm.FileName(identity), ofOthers: scope == group.Host, rate: r, lock: lock}
}

// Lock implements Store.
func (m *machine) Lock(ctx context.Context) (unlock func(), err error) { return m.lock(ctx) }

// Now implements Store.
func (m *machine) Now() (Instant, error) { return sinceBoot() }

// Load implements Store. It fails if this user's file is not as Save writes it, because starts
// may then be missing. It ignores such a file of another user; otherwise any user could stop all
// others.
func (m *machine) Load() ([]Instant, error) {
	look, err := shm.NewLook()
	if err != nil {
		return nil, fmt.Errorf("%w: when cases started, for the group's rate, would be there", err)
	}
	defer look.Close()
	all, err := m.loadMine(look)
	if err != nil {
		return nil, err
	}
	if m.ofOthers {
		err := look.Others(folder, m.name, maxFile, func(text []byte) {
			if starts, err := parseBegun(text); err == nil {
				all = append(all, newest(starts, m.rate.Starts)...)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	// A user's file also has the starts of other users. No two starts have the same time, because
	// each is counted under the lock.
	slices.Sort(all)
	return slices.Compact(all), nil
}

func (m *machine) loadMine(look *shm.Look) ([]Instant, error) {
	path, text, err := look.Mine(folder, m.name, maxFile)
	if path == "" {
		return nil, err
	}
	if err != nil {
		return nil, untrusted(path, err)
	}
	starts, err := parseBegun(text)
	if err != nil {
		return nil, untrusted(path, err)
	}
	return starts, nil
}

// parseBegun is parse, but returns an error if a start is in the future.
func parseBegun(text []byte) ([]Instant, error) {
	starts, err := parse(text)
	if err == nil {
		err = notToCome(starts)
	}
	return starts, err
}

// notToCome returns an error if a start is later than now.
func notToCome(starts []Instant) error {
	now, err := sinceBoot()
	if err != nil || len(starts) == 0 {
		return err
	}
	if last := slices.Max(starts); last > now {
		return fmt.Errorf("one is to come in %s", time.Duration(last-now))
	}
	return nil
}

func untrusted(path string, err error) error {
	return fmt.Errorf("%s should hold when cases started, for the group's rate, and does not: %w; "+
		"remove it when no such case has run for as long as the rate's window", path, err)
}

// remembered is the largest number of starts in a file. Only as many as the rate allows matter,
// and a start that is counted can be uncounted.
func (m *machine) remembered() int { return 2 * m.rate.Starts }

// newest returns at most the last n of starts, sorted.
func newest(starts []Instant, n int) []Instant {
	slices.Sort(starts)
	return starts[max(0, len(starts)-n):]
}

// Save implements Store. It saves all starts, including those of other users, whose files may be
// removed; but never more than matter, however many others claim.
func (m *machine) Save(starts []Instant) error {
	dir, err := shm.Own(folder)
	if err != nil {
		return err
	}
	return shm.Write(filepath.Join(dir, m.name), format(newest(starts, m.remembered())))
}

func format(starts []Instant) []byte {
	var text bytes.Buffer
	for _, s := range starts {
		fmt.Fprintf(&text, "%d\n", s)
	}
	return text.Bytes()
}

// parse reads what format writes.
func parse(text []byte) ([]Instant, error) {
	var starts []Instant
	for line := range strings.Lines(string(text)) {
		digits, whole := strings.CutSuffix(line, "\n")
		n, err := strconv.ParseUint(digits, 10, 63)
		if !whole || err != nil {
			return nil, fmt.Errorf("%q is no time", strings.TrimSuffix(line, "\n"))
		}
		starts = append(starts, Instant(n))
	}
	return starts, nil
}
