package proofs

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/remote/cluster"
	"github.com/interlock-build/rules_interlock/e2e/remote/judge"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

var (
	chaosSeed    = flag.Uint64("seed", 1, "what the faults of TestChaos follow from")
	chaosMinutes = flag.Float64("minutes", 0, "for how long TestChaos runs; 0 skips it")
)

const (
	// mostAtOnce is the most faults at the same time.
	mostAtOnce = 3
	// longestPause is the longest time from one fault to the next.
	longestPause = 3 * time.Second
	// recovery is how long anything may take to be up again, on a busy machine.
	recovery = time.Minute
)

// chaos is what is done to a cluster.
type chaos struct {
	*stage
	t *testing.T

	mu   sync.Mutex
	done map[string]int
	// busy are the things that something is being done to.
	busy map[string]bool
}

// fault is something that goes wrong.
type fault struct {
	kind  string
	share int
	// do reports whether there was something to do it to.
	do func(*rand.Rand) bool
}

// TestChaos plays faults at random while tests run, in rounds. The faults and their order follow
// from the seed; their timing does not.
func TestChaos(t *testing.T) {
	if *chaosMinutes == 0 {
		t.Skip("e2e/remote/chaos runs it")
	}
	s := newStage(t, cluster.Options{Machines: machines(4), Members: 3, WorkerGone: 5 * time.Second, Gate: true})
	c := &chaos{stage: s, t: t, done: map[string]int{}, busy: map[string]bool{}}
	begun := time.Now()
	for number := 0; time.Since(begun).Minutes() < *chaosMinutes && !t.Failed(); number++ {
		c.round(uint64(number))
	}
	all := 0
	for _, kind := range slices.Sorted(maps.Keys(c.done)) {
		t.Logf("%4d  %s", c.done[kind], kind)
		all += c.done[kind]
	}
	t.Logf("seed %d: %d faults in %v", *chaosSeed, all, time.Since(begun).Round(time.Second))
}

// round runs tests, with faults until they have ended.
func (c *chaos) round(number uint64) {
	c.newFolder(c.t)
	ctx, stop := context.WithCancel(c.t.Context())
	var raging sync.WaitGroup
	raging.Go(func() { c.rage(ctx, rand.New(rand.NewPCG(*chaosSeed, number))) })
	const runs = 4
	c.direct = number%3 == 2
	pkg := "grouped"
	if number%2 == 1 {
		pkg = "gated"
	}
	o := c.replay(c.t, "//"+pkg+":some", fmt.Sprint("--runs_per_test=", runs), "--test_env=TAKES=700ms",
		"--remote_retries=15") // by default Bazel gives up after three seconds, in which nothing here comes up again
	stop()
	raging.Wait()
	r := c.stage.round(c.t, o, names(pkg, 4), runs)
	r.Faulty, r.Loss = true, loss
	if o.code == remoteError { // Bazel has given up
		r.Targets = nil
	}
	seen := c.wantNothing(c.t, r)
	c.wantReasons(c.t, o)
	c.t.Logf("round %d of seed %d: Bazel exits with %d%s; %d cases started again, %d refused",
		number, *chaosSeed, o.code, o.remoteError(), seen.Again, seen.Refused)
	c.calm()
}

// rage causes faults until ctx ends, and waits until all of them are over.
func (c *chaos) rage(ctx context.Context, random *rand.Rand) {
	var under sync.WaitGroup
	defer under.Wait()
	slots := make(chan struct{}, mostAtOnce)
	faults := c.faults()
	for ctx.Err() == nil {
		f, own := draw(faults, random), rand.New(rand.NewPCG(random.Uint64(), 0))
		select {
		case <-ctx.Done():
		case <-time.After(upTo(longestPause, random)):
		}
		select {
		case <-ctx.Done():
		case slots <- struct{}{}:
			under.Go(func() {
				defer func() { <-slots }()
				if f.do(own) {
					c.mu.Lock()
					defer c.mu.Unlock()
					c.done[f.kind]++
				}
			})
		}
	}
}

// calm waits until the cluster is up, and until what is left of the round has ended.
func (c *chaos) calm() {
	ctx, cancel := context.WithTimeout(c.t.Context(), recovery)
	defer cancel()
	if err := c.WaitHealthy(ctx); err != nil {
		c.t.Error(err)
	}
}

func (c *chaos) faults() []fault {
	return []fault{
		{"worker: SIGKILL, and started again", 3, c.onWorker(c.killWorker)},
		{"worker: SIGSTOP, SIGCONT", 3, c.onWorker(func(w *cluster.Worker, random *rand.Rand) {
			w.Stop()
			time.Sleep(upTo(8*time.Second, random))
			w.Continue()
		})},
		{"worker: cut off from etcd", 4, c.onWorker(func(w *cluster.Worker, random *rand.Rand) {
			w.CutOff()
			time.Sleep(upTo(2*leaseTTL, random))
			w.Reconnect()
		})},
		{"machine: SIGSTOP, SIGCONT of all actions", 2, c.onWorker(c.freezeMachine)},
		{"runner: SIGKILL", 3, c.onRunner(func(pid int, run string, _ *rand.Rand) {
			c.note(c.t, caselog.Kill, run)
			signal([]int{pid}, syscall.SIGKILL)
		})},
		{"runner: SIGSTOP, SIGCONT", 4, c.onRunner(func(pid int, run string, random *rand.Rand) {
			c.note(c.t, caselog.Stop, run)
			signal([]int{pid}, syscall.SIGSTOP)
			time.Sleep(upTo(2*leaseTTL, random))
			c.note(c.t, caselog.Continue, run)
			signal([]int{pid}, syscall.SIGCONT)
		})},
		{"etcd: SIGKILL of the leader", 2, c.onEtcd(c.killLeader)},
		{"etcd: restart of all members", 1, c.onEtcd(c.restartMembers)},
		{"etcd: SIGSTOP, SIGCONT of a member", 2, c.onEtcd(c.freezeMember)},
		{"scheduler and storage: restart", 1, c.on("server", c.restartServer)},
		{"gate: SIGKILL or SIGTERM, and started again", 3, c.on("gate", c.restartGate)},
		{"gate: SIGSTOP, SIGCONT", 2, c.on("gate", c.freezeGate)},
	}
}

// on does something to a thing, unless something is being done to it.
func (c *chaos) on(thing string, do func(*rand.Rand)) func(*rand.Rand) bool {
	return func(random *rand.Rand) bool {
		c.mu.Lock()
		free := !c.busy[thing]
		c.busy[thing] = true
		c.mu.Unlock()
		if !free {
			return false
		}
		do(random)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.busy[thing] = false
		return true
	}
}

// onWorker does something to any worker.
func (c *chaos) onWorker(do func(*cluster.Worker, *rand.Rand)) func(*rand.Rand) bool {
	return func(random *rand.Rand) bool {
		w := c.Workers[random.IntN(len(c.Workers))]
		return c.on(w.Name, func(random *rand.Rand) { do(w, random) })(random)
	}
}

// onRunner does something to any runner that has begun a case.
func (c *chaos) onRunner(do func(pid int, run string, random *rand.Rand)) func(*rand.Rand) bool {
	return func(random *rand.Rand) bool {
		runs := c.alive()
		if len(runs) == 0 {
			return false
		}
		run := runs[random.IntN(len(runs))]
		pid, _ := judge.Runner(run)
		return pid != 0 && c.on(run, func(random *rand.Rand) { do(pid, run, random) })(random)
	}
}

// alive are the runs that have begun a case and whose runner lives. It may be between two cases, whose
// groups it keeps.
func (c *chaos) alive() (runs []string) {
	begun := map[string]bool{}
	for _, r := range c.records(c.t) {
		if r.Event == caselog.Start {
			begun[r.Run] = true
		}
	}
	living := map[string][]int{}
	for _, w := range c.Workers {
		living[w.Name] = cluster.Processes(cluster.WorkerVariable + "=" + w.Name)
	}
	for _, run := range slices.Sorted(maps.Keys(begun)) {
		if pid, worker := judge.Runner(run); slices.Contains(living[worker], pid) {
			runs = append(runs, run)
		}
	}
	return runs
}

// onEtcd does something to etcd, and waits until it serves again.
func (c *chaos) onEtcd(do func(context.Context, *rand.Rand) error) func(*rand.Rand) bool {
	return c.on("etcd", func(random *rand.Rand) {
		ctx, cancel := context.WithTimeout(context.Background(), recovery)
		defer cancel()
		err := do(ctx, random)
		if err == nil {
			err = c.Etcd.WaitReady(ctx)
		}
		if err != nil {
			c.t.Error(err)
		}
		time.Sleep(leaseTTL) // or nothing would ever go well
	})
}

func (c *chaos) killWorker(w *cluster.Worker, random *rand.Rand) {
	w.Kill()
	time.Sleep(upTo(2*time.Second, random))
	if err := w.Start(); err != nil {
		c.t.Error(err)
	}
}

// freezeMachine stops everything that runs in actions of a worker, also runners that hold groups.
func (c *chaos) freezeMachine(w *cluster.Worker, random *rand.Rand) {
	var runs []string
	for _, run := range c.alive() {
		if _, worker := judge.Runner(run); worker == w.Name {
			runs = append(runs, run)
		}
	}
	frozen := cluster.Processes(cluster.WorkerVariable + "=" + w.Name)
	for _, run := range runs {
		c.note(c.t, caselog.Stop, run)
	}
	signal(frozen, syscall.SIGSTOP)
	time.Sleep(upTo(2*leaseTTL, random))
	for _, run := range runs {
		c.note(c.t, caselog.Continue, run)
	}
	signal(frozen, syscall.SIGCONT)
}

func (c *chaos) killLeader(ctx context.Context, random *rand.Rand) error {
	leader, err := c.Etcd.Leader(ctx)
	if err != nil {
		return err
	}
	leader.Kill()
	time.Sleep(upTo(time.Second, random))
	return leader.Start()
}

func (c *chaos) restartMembers(_ context.Context, random *rand.Rand) error {
	for _, m := range c.Etcd.Members {
		m.Kill()
	}
	time.Sleep(upTo(2*leaseTTL, random))
	for _, m := range c.Etcd.Members {
		if err := m.Start(); err != nil {
			return err
		}
	}
	return nil
}

func (c *chaos) freezeMember(_ context.Context, random *rand.Rand) error {
	m := c.Etcd.Members[random.IntN(len(c.Etcd.Members))]
	m.Stop()
	defer m.Continue()
	time.Sleep(upTo(2*leaseTTL, random))
	return nil
}

func (c *chaos) restartServer(random *rand.Rand) {
	c.Server.Kill()
	time.Sleep(upTo(time.Second, random))
	if err := c.Server.Start(); err != nil {
		c.t.Error(err)
	}
	time.Sleep(4 * leaseTTL)
}

func (c *chaos) restartGate(random *rand.Rand) {
	if random.IntN(2) == 0 {
		c.Gate.Kill()
	} else {
		c.Gate.Terminate()
	}
	time.Sleep(upTo(2*time.Second, random))
	if err := c.Gate.Start(); err != nil {
		c.t.Error(err)
	}
}

func (c *chaos) freezeGate(random *rand.Rand) {
	c.Gate.Stop()
	time.Sleep(upTo(3*leaseTTL, random))
	c.Gate.Continue()
}

// draw returns one of some faults, in proportion to its share.
func draw(faults []fault, random *rand.Rand) fault {
	all := 0
	for _, f := range faults {
		all += f.share
	}
	n := random.IntN(all)
	for _, f := range faults {
		if n -= f.share; n < 0 {
			return f
		}
	}
	panic("shares are positive")
}

func upTo(most time.Duration, random *rand.Rand) time.Duration {
	return time.Duration(1 + random.Int64N(int64(most)))
}
