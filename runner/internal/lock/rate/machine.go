package rate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/lock/shm"
)

// folder is where the starts are, one file for each group.
const folder = "starts"

// maxFile is the length of a file with the starts of the highest rate.
const maxFile = 1 << 20

// machine is a store of all processes of a machine, until it is started again.
// Each user has a file of its own, with the starts of its cases.
type machine struct {
	name string
	lock func(context.Context) (unlock func(), err error)
}

// OnMachine returns the store for the group of that identity, which is unique
// on the machine. The lock is one that all who use the group have in common.
func OnMachine(identity string, lock func(context.Context) (unlock func(), err error)) Store {
	return &machine{name: shm.FileName(identity), lock: lock}
}

// Lock implements Store.
func (m *machine) Lock(ctx context.Context) (unlock func(), err error) { return m.lock(ctx) }

// Now implements Store.
func (m *machine) Now() (Instant, error) { return sinceBoot() }

// Load implements Store. It fails if a file is not as Save writes it, since then
// starts may be missing.
func (m *machine) Load() ([]Instant, error) {
	paths, err := shm.All(folder, m.name)
	if err != nil {
		return nil, err
	}
	var all []Instant
	for _, path := range paths {
		text, err := shm.Read(path, maxFile)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, untrusted(path, err)
		}
		starts, err := parse(text)
		if err == nil {
			err = notToCome(starts)
		}
		if err != nil {
			return nil, untrusted(path, err)
		}
		all = append(all, starts...)
	}
	// Users remember those of others too. No two starts are at the same time,
	// since each is counted under the lock.
	slices.Sort(all)
	return slices.Compact(all), nil
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

// Save implements Store. All starts are remembered, those of other users too,
// since theirs may be removed.
func (m *machine) Save(starts []Instant) error {
	dir, err := shm.Own(folder)
	if err != nil {
		return err
	}
	return shm.Write(filepath.Join(dir, m.name), format(starts))
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
