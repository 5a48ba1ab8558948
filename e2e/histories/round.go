package histories

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// groups are the groups of all histories.
var groups = []group.Group{
	{Label: "//history:one", Name: "one", Definition: group.Definition{Capacity: 1}},
	{Label: "//history:two", Name: "two", Definition: group.Definition{Capacity: 2}},
	{Label: "//history:three", Name: "three", Definition: group.Definition{Capacity: 3}},
}

const (
	participants = 4
	// blows is how many participants are killed, or stopped for a while.
	blows = 8
	// patience is how long a round waits for what has to happen.
	patience = time.Minute
)

// round makes one history and checks it.
type round struct {
	impl Implementation
	seed uint64

	space    string
	dir      string                  // of the journals
	deaths   map[int]caselog.Instant // by client
	journals []string

	// The results.
	started, killed, operations, expired, lost int
}

// process is a participant.
type process struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	number int
	// stopped is when it was first stopped; 0 if it never was.
	stopped caselog.Instant
}

func (r *round) run(t *testing.T) error {
	r.space, r.dir, r.deaths = r.impl.NewSpace(t, groups), t.TempDir(), map[int]caselog.Instant{}
	if err := r.participate(); err != nil {
		return err
	}
	if err := r.holdEverything(); err != nil {
		return err
	}
	return r.check()
}

// length is how long participants work.
func (r *round) length() time.Duration { return cmp.Or(r.impl.Round, time.Second) }

// participate lets processes work, stops or kills one after the other, and replaces the dead
// ones.
func (r *round) participate() (err error) {
	random := rand.New(rand.NewPCG(r.seed, 0))
	pause := r.length() / (blows + 1)
	var all []*process
	var stopped sync.WaitGroup
	defer func() {
		stopped.Wait()
		for _, p := range all {
			err = errors.Join(err, p.end())
		}
	}()
	for range participants {
		p, err := r.start()
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	for range blows {
		time.Sleep(time.Duration(random.Int64N(int64(pause))))
		victim, stop := random.IntN(len(all)), r.impl.Loss > 0 && random.IntN(2) == 0
		if stop || random.IntN(2) == 0 {
			victim = r.awaitHolder(all, victim, pause)
		}
		if stop {
			p, d := all[victim], r.impl.Loss+time.Duration(random.Int64N(int64(r.impl.Loss/4)))
			p.stopped = cmp.Or(p.stopped, caselog.Now())
			stopped.Go(func() { p.suspend(d) })
			continue
		}
		r.kill(all[victim])
		if all[victim], err = r.start(); err != nil {
			return err
		}
	}
	time.Sleep(pause)
	return nil
}

// awaitHolder returns a participant that holds something, or the given one if none does within
// limit.
func (r *round) awaitHolder(all []*process, given int, limit time.Duration) int {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(time.Millisecond) {
		for i, p := range all {
			if holdsSomething(r.journals[p.number]) {
				return i
			}
		}
	}
	return given
}

// start starts one more participant.
func (r *round) start() (*process, error) {
	number := r.started
	text, err := json.Marshal(assignment{
		Implementation: r.impl.Name,
		Space:          r.space,
		Groups:         groups,
		Seed:           r.seed,
		Number:         number,
		Long:           r.length() / 50,
		Journal:        r.newJournal(),
	})
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), assignmentVariable+"="+string(text))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	r.started++
	return &process{cmd: cmd, stdin: stdin, number: number}, cmd.Start()
}

// newJournal returns the path of the next participant's journal.
func (r *round) newJournal() string {
	path := filepath.Join(r.dir, fmt.Sprintf("%d.jsonl", r.started))
	r.journals = append(r.journals, path)
	return path
}

// kill kills a participant without warning, and notes since when it may hold nothing any more: a
// participant that was stopped may have lost what it held without noticing.
func (r *round) kill(p *process) {
	since := cmp.Or(p.stopped, caselog.Now())
	for i := range clientsEach {
		r.deaths[p.number*clientsEach+i] = since
	}
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	r.killed++
}

// suspend stops a participant for a while.
func (p *process) suspend(d time.Duration) {
	p.stop()
	time.Sleep(d)
	p.cont()
}

// end lets a participant finish what it does. It kills a participant that does not finish.
func (p *process) end() error {
	_ = p.stdin.Close()
	hung := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer hung.Stop()
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("participant %d: %w", p.number, err)
	}
	return nil
}

// holdEverything holds all units of all groups as the last step of the history: if some release
// was lost, that is impossible.
func (r *round) holdEverything() error {
	locker, err := r.impl.Open(r.space)
	if err != nil {
		return err
	}
	journal, err := openJournal(r.newJournal())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var needs []group.Need
	for _, g := range groups {
		needs = append(needs, group.Need{Group: g.Label, Weight: g.Capacity})
	}
	last := newClient(r.started*clientsEach, r.seed, groups, locker, journal)
	if err := last.hold(ctx, needs, 0); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return errors.New("all are done, and some units of the groups cannot be had: a release is lost")
	}
	return nil
}

// check checks the history, and that it is long enough.
func (r *round) check() error {
	var notes []note
	for _, path := range r.journals {
		some, err := readJournal(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) { // it was killed before it had begun
			return err
		}
		notes = append(notes, some...)
	}
	history, err := historyOf(notes, groups, r.deaths)
	if err != nil {
		return err
	}
	r.operations = len(history)
	for _, op := range history {
		if op.Input.(input).kind == expire {
			r.expired++
		}
	}
	r.lost = len(slices.DeleteFunc(holdings(notes), func(h *holding) bool { return !h.isLost() }))
	if r.operations < participants*clientsEach {
		return fmt.Errorf("a history of %d operations shows nothing", r.operations)
	}
	return check(model(r.impl.Fences), history)
}
