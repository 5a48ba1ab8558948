package proofs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/remote/cluster"
	"github.com/interlock-build/rules_interlock/e2e/remote/judge"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// play is what runs while something fails.
type play struct {
	pkg   string // of the consumer
	runs  int
	takes string   // each case
	cases []string // nil means all
}

var (
	// many has cases of all kinds.
	many = play{pkg: "grouped", runs: 2, takes: "1s"}
	// long has cases that take longer than a lease lives.
	long = play{pkg: "grouped", runs: 1, takes: "5s", cases: []string{"TestDB1", "TestPool1"}}
)

func (p play) flags() []string {
	flags := []string{"//" + p.pkg + ":some", fmt.Sprint("--runs_per_test=", p.runs), "--test_env=TAKES=" + p.takes}
	if p.cases != nil {
		flags = append(flags, "--test_filter="+strings.Join(p.cases, ","))
	}
	return flags
}

// whileTests runs tests, calls do while one of them uses the group db, and judges what has happened.
func (s *stage) whileTests(t *testing.T, p play, do func(holder caselog.Record)) (outcome, judge.Summary) {
	t.Helper()
	s.newFolder(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if holder, found := s.awaitHolder(t); found {
			do(holder)
		}
	}()
	o := s.replay(t, p.flags()...)
	<-done
	r := s.round(t, o, names(p.pkg, 4), p.runs)
	r.Faulty, r.Loss = true, loss
	if p.cases != nil {
		r.Cases = p.cases
	}
	if o.code == remoteError { // Bazel has given up
		r.Targets = nil
	}
	seen := s.wantNothing(t, r)
	s.wantReasons(t, o)
	return o, seen
}

// awaitHolder returns the start of a case that uses the group db, on a worker, and has not ended.
func (s *stage) awaitHolder(t *testing.T) (start caselog.Record, found bool) {
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end) && t.Context().Err() == nil; time.Sleep(20 * time.Millisecond) {
		records := s.records(t)
		for i, r := range slices.Backward(records) {
			if r.Event != caselog.Start || len(r.Uses) == 0 || r.Uses[0].Group != "db" {
				continue
			}
			ended := slices.ContainsFunc(records[i:], func(later caselog.Record) bool {
				return later.Event == caselog.End && later.Run == r.Run && later.Case == r.Case
			})
			if !ended {
				return r, true
			}
		}
	}
	t.Error("no case of the group came under way")
	return start, false
}

// wantReasons fails the test if a bad result does not say that the infrastructure failed, and why.
// Nobody is left to report that for a runner that was killed; its last report says that it was
// killed, unless all of its cases had ended by then.
func (s *stage) wantReasons(t *testing.T, o outcome) {
	t.Helper()
	killed, unfinished := map[string]bool{}, 0
	for _, r := range s.records(t) {
		if r.Event == caselog.Kill {
			killed[r.Run] = true
		}
	}
	for _, r := range o.results {
		switch {
		case r.Passed():
		case r.Status == "" && o.code == remoteError: // Bazel itself says that the cluster failed
		case killed[judge.Witnessed(r.Log)]:
		case strings.Contains(string(r.Report), `type="unfinished"`):
			unfinished++
		default:
			wantInfrastructure(t, r)
		}
	}
	if unfinished > len(killed) {
		t.Errorf("%d results are unfinished, but %d runners were killed", unfinished, len(killed))
	}
}

// workerOf returns the worker of a case.
func (s *stage) workerOf(start caselog.Record) *cluster.Worker {
	_, name := judge.Runner(start.Run)
	at := slices.IndexFunc(s.Workers, func(w *cluster.Worker) bool { return w.Name == name })
	return s.Workers[at]
}

// ended reports whether a case has got to its end.
func (s *stage) ended(t *testing.T, start caselog.Record) bool {
	return slices.ContainsFunc(s.records(t), func(r caselog.Record) bool {
		return r.Event == caselog.End && r.Run == start.Run && r.Case == start.Case
	})
}

// The cases of a killed worker go on as orphans, or die with it. The scheduler runs its action on
// another worker, and everything passes.
func TestWorkerIsKilled(t *testing.T) {
	notShort(t)
	for name, m := range map[string]cluster.Machine{"orphans": {}, "actions die with it": {Contained: true}} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, cluster.Options{Machines: []cluster.Machine{m, m, m, m}})
			o, seen := s.whileTests(t, many, func(holder caselog.Record) {
				w := s.workerOf(holder)
				w.Kill()
				time.Sleep(time.Second)
				if err := w.Start(); err != nil {
					t.Error(err)
				}
			})
			o.want(t, allPassed)
			if seen.Again == 0 {
				t.Error("no case was started again")
			}
		})
	}
}

// A worker that stands still for longer than the scheduler waits for it loses its action, which goes
// on beside the second one all the same: their cases do not overlap.
func TestWorkerStops(t *testing.T) {
	notShort(t)
	s := newStage(t, cluster.Options{Machines: machines(4), WorkerGone: 5 * time.Second})
	o, seen := s.whileTests(t, many, func(holder caselog.Record) {
		w := s.workerOf(holder)
		w.Stop()
		time.Sleep(12 * time.Second)
		w.Continue()
	})
	o.want(t, allPassed)
	if seen.Again == 0 {
		t.Error("no case was started again")
	}
}

// A whole machine stands still for longer than its leases live. What it held is not its own when it
// goes on, and its case does not pass.
func TestMachineStops(t *testing.T) {
	notShort(t)
	s := newStage(t, cluster.Options{Machines: machines(4)})
	var held caselog.Record
	s.whileTests(t, long, func(holder caselog.Record) {
		held = holder
		_, name := judge.Runner(holder.Run)
		frozen := cluster.Processes(cluster.WorkerVariable + "=" + name)
		signal(frozen, syscall.SIGSTOP)
		s.note(t, caselog.Stop, holder.Run)
		time.Sleep(3 * leaseTTL)
		s.note(t, caselog.Continue, holder.Run)
		signal(frozen, syscall.SIGCONT)
	})
	s.wantNotPassed(t, held)
}

// A killed runner takes its case with it. Its groups are free a TTL later.
func TestRunnerIsKilled(t *testing.T) {
	notShort(t)
	s := newStage(t, cluster.Options{Machines: machines(4)})
	var held caselog.Record
	o, _ := s.whileTests(t, many, func(holder caselog.Record) {
		held = holder
		pid, _ := judge.Runner(holder.Run)
		s.note(t, caselog.Kill, holder.Run)
		signal([]int{pid}, syscall.SIGKILL)
	})
	o.want(t, testsFailed)
	s.wantNotPassed(t, held)
}

// A runner that stands still for longer than its lease lives kills its case when it goes on.
func TestRunnerStops(t *testing.T) {
	notShort(t)
	s := newStage(t, cluster.Options{Machines: machines(4)})
	o, _ := s.whileTests(t, many, func(holder caselog.Record) {
		pid, _ := judge.Runner(holder.Run)
		s.note(t, caselog.Stop, holder.Run)
		signal([]int{pid}, syscall.SIGSTOP)
		time.Sleep(2 * leaseTTL)
		s.note(t, caselog.Continue, holder.Run)
		signal([]int{pid}, syscall.SIGCONT)
	})
	o.want(t, testsFailed)
}

// A worker that is cut off from etcd for longer than the TTL loses its groups. Its case is killed
// before somebody else can have them, and never passes.
func TestWorkerIsCutOff(t *testing.T) {
	s := newStage(t, cluster.Options{Machines: machines(4)})
	var held caselog.Record
	o, _ := s.whileTests(t, long, func(holder caselog.Record) {
		held = holder
		w := s.workerOf(holder)
		w.CutOff()
		time.Sleep(3 * leaseTTL)
		w.Reconnect()
	})
	o.want(t, testsFailed)
	s.wantNotPassed(t, held)
}

// wantNotPassed fails the test if a case has got to its end.
func (s *stage) wantNotPassed(t *testing.T, start caselog.Record) {
	t.Helper()
	if s.ended(t, start) {
		t.Errorf("%s of %s has got to its end", start.Case, start.Run)
	}
}

// The scheduler forgets what runs, and storage and action cache what they have. Bazel 7.7.1 gives up
// with an error of the remote system, or starts again; nothing overlaps, and the next call passes.
func TestServerRestarts(t *testing.T) {
	notShort(t)
	s := newStage(t, cluster.Options{Machines: machines(4)})
	o, _ := s.whileTests(t, many, func(caselog.Record) {
		s.Server.Kill()
		if err := s.Server.Start(); err != nil {
			t.Error(err)
		}
	})
	if o.code != allPassed && o.code != remoteError && o.code != testsFailed {
		t.Errorf("Bazel exits with %d:\n%s", o.code, o.output)
	}
	t.Logf("Bazel exits with %d", o.code)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.WaitHealthy(ctx); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * leaseTTL) // what was under way ends
	o = s.play(t, "//grouped:some", "--runs_per_test=2")
	o.want(t, allPassed)
	s.wantNothing(t, s.round(t, o, names("grouped", 4), 2))
}

// Without etcd's leader for a moment, everything passes. Without all members for longer than the
// TTL, cases that hold groups fail as infrastructure, and the next ones have the groups.
func TestEtcdFails(t *testing.T) {
	notShort(t)
	s := newStage(t, cluster.Options{Machines: machines(4), Members: 3})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	t.Run("leader", func(t *testing.T) {
		o, _ := s.whileTests(t, many, func(caselog.Record) {
			leader, err := s.Etcd.Leader(ctx)
			if err != nil {
				t.Error(err)
				return
			}
			leader.Kill()
			time.Sleep(time.Second)
			if err := leader.Start(); err != nil {
				t.Error(err)
			}
		})
		o.want(t, allPassed)
	})
	t.Run("all members", func(t *testing.T) {
		o, seen := s.whileTests(t, long, func(caselog.Record) {
			for _, m := range s.Etcd.Members {
				m.Kill()
			}
			time.Sleep(2 * leaseTTL)
			for _, m := range s.Etcd.Members {
				if err := m.Start(); err != nil {
					t.Error(err)
				}
			}
		})
		o.want(t, testsFailed)
		if seen.Refused == 0 {
			t.Error("no case was refused")
		}
	})
}

func signal(pids []int, s syscall.Signal) {
	for _, pid := range pids {
		_ = syscall.Kill(pid, s)
	}
}
