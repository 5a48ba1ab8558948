// Records compares the record of a run, timeline.json, with what the tests of e2e/timeline have
// written down themselves.
//
// Usage: records [-xml] [-killed] FOLDER...
//
// Each folder is that of a test's outputs, unpacked, in that of test.xml. With -xml the record is
// that in test.xml. With -killed it is one that has no end. It prints how far the two are apart, and
// exits with 1 if that is too much, or if cases that hold the group overlap.
package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/timeline"
)

// slack is how far a moment may be from what the test saw: a busy machine takes a while from one to
// the other.
const slack = 250 * time.Millisecond

var (
	fromXML = flag.Bool("xml", false, "read test.xml instead of timeline.json")
	killed  = flag.Bool("killed", false, "the runner was killed")
)

func main() {
	flag.Parse()
	c := &checker{}
	for _, folder := range flag.Args() {
		if err := c.check(folder); err != nil {
			c.problem("%s: %v", folder, err)
		}
	}
	c.overlaps()
	fmt.Printf("%d folders, %d attempts, %d moments, the farthest %v off\n", flag.NArg(), c.attempts, c.moments, c.farthest)
	if c.problems > 0 || c.moments == 0 {
		os.Exit(1)
	}
}

type checker struct {
	attempts, moments, problems int
	farthest                    time.Duration
	held                        []span
}

// span is a time during which somebody held the group.
type span struct {
	who      string
	from, to time.Time
}

func (c *checker) problem(format string, args ...any) {
	c.problems++
	fmt.Printf("WRONG: "+format+"\n", args...)
}

func (c *checker) check(folder string) error {
	f, err := read(folder)
	if err != nil {
		return err
	}
	seen, err := witnessed(filepath.Join(folder, "witness.txt"))
	if err != nil {
		return err
	}
	if (f.Ended == 0) != *killed {
		c.problem("%s: the run ended at %v", folder, f.Ended)
	}
	for _, one := range f.Cases {
		for i, a := range one.Attempts {
			c.attempt(f, one.Name, i+1, a, seen)
		}
	}
	for moment := range seen {
		c.problem("%s: the record does not have %v", folder, moment)
	}
	return nil
}

func read(folder string) (timeline.File, error) {
	if *fromXML {
		file, err := os.Open(filepath.Join(folder, "../test.xml"))
		if err != nil {
			return timeline.File{}, err
		}
		defer file.Close()
		return timeline.FromXML(file)
	}
	text, err := os.ReadFile(filepath.Join(folder, timeline.Name))
	if err != nil {
		return timeline.File{}, err
	}
	return timeline.Parse(text)
}

// moment is what a test has seen.
type moment struct {
	what, name string
	attempt    int
}

func witnessed(path string) (map[moment]time.Time, error) {
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil, nil // a shard that ran nothing
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	seen := map[moment]time.Time{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var m moment
		var at int64
		if _, err := fmt.Sscan(lines.Text(), &m.what, &m.name, &m.attempt, &at); err != nil {
			return nil, err
		}
		seen[m] = time.Unix(0, at)
	}
	return seen, nil
}

func (c *checker) attempt(f timeline.File, name string, number int, a timeline.Attempt, seen map[moment]time.Time) {
	c.attempts++
	c.compare(f, moment{"start", name, number}, a.Started, seen)
	c.compare(f, moment{"end", name, number}, a.Ended, seen)
	if !slices.IsSorted([]timeline.Moment{a.Queued, cmp.Or(a.Asked, a.Queued), cmp.Or(a.Started, 1e12)}) || a.Ended > 0 && a.Ended < a.Started {
		c.problem("%s: the moments of %+v are not in order", name, a)
	}
	for _, h := range a.Held {
		if h.Acquired > a.Started || h.Since > h.Acquired {
			c.problem("%s: held before it was acquired: %+v", name, a)
		}
		c.held = append(c.held, span{fmt.Sprintf("%s/%d/%d %s", f.Label, f.Shard, a.Batch, name), f.Time(a.Started), f.Time(cmp.Or(a.Ended, a.Started))})
	}
}

func (c *checker) compare(f timeline.File, m moment, at timeline.Moment, seen map[moment]time.Time) {
	want, ok := seen[m]
	if !ok {
		return
	}
	delete(seen, m)
	c.moments++
	off := f.Time(at).Sub(want).Abs()
	c.farthest = max(c.farthest, off)
	if off > slack {
		c.problem("%s: %s of attempt %d is %v off", m.name, m.what, m.attempt, off)
	}
}

// overlaps finds holders of the group at the same time.
func (c *checker) overlaps() {
	slices.SortFunc(c.held, func(a, b span) int { return a.from.Compare(b.from) })
	for i := 1; i < len(c.held); i++ {
		if before, after := c.held[i-1], c.held[i]; after.from.Before(before.to) {
			c.problem("%s and %s hold the group at the same time, by %v", before.who, after.who, before.to.Sub(after.from))
		}
	}
}
