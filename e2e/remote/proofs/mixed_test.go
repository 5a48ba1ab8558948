package proofs

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/remote/cluster"
	"github.com/interlock-build/rules_interlock/e2e/remote/judge"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// However Bazel mixes machines, transfers and repetitions, groups hold and each case runs once.
func TestMixedBuilds(t *testing.T) {
	notShort(t)
	s := newStage(t, cluster.Options{Machines: machines(4)})
	// Bazel's machine has no coordinator, so for what may run there the environment names one that all
	// machines reach.
	coordinator, err := s.WriteCoordinator(s.Shared())
	if err != nil {
		t.Fatal(err)
	}
	local := "--test_env=INTERLOCK_COORDINATOR=" + coordinator
	for name, flags := range map[string][]string{
		"minimal":  {"--remote_download_outputs=minimal"},
		"toplevel": {"--remote_download_outputs=toplevel"},
		"all":      {"--remote_download_outputs=all"},
		"jobs":     {"--jobs=200"},
		"dynamic": {
			local, "--internal_spawn_scheduler", "--strategy=TestRunner=dynamic", "--dynamic_remote_strategy=TestRunner=remote",
			"--dynamic_local_strategy=TestRunner=linux-sandbox,local", "--local_test_jobs=2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := s.play(t, append(flags, "//grouped:some", "--runs_per_test=2")...)
			o.want(t, allPassed)
			r := s.round(t, o, names("grouped", 4), 2)
			if name == "dynamic" {
				// Bazel begins each test here and there, and kills the one that is slower.
				r.Faulty, r.Loss = true, loss
			}
			if name == "minimal" || name == "toplevel" {
				r.Targets = nil // the reports are in the cluster
			}
			s.wantNothing(t, r)
			if places := strategies(o); name == "dynamic" && len(places) < 2 {
				t.Errorf("all ran by %q", places)
			}
		})
	}
}

// strategies returns how results came about, sorted.
func strategies(o outcome) []string {
	all := map[string]bool{}
	for _, r := range o.results {
		all[r.Strategy] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// A target may have more shards than cases, and workers.
func TestManyShards(t *testing.T) {
	s := newStage(t, cluster.Options{Machines: machines(4)})
	o := s.play(t, "//mixed:many_shards_test", "--jobs=100")
	o.want(t, allPassed)
	s.wantNothing(t, s.round(t, o, []string{"//mixed:many_shards_test"}, 1))
	if len(o.results) != 50 {
		t.Errorf("%d results of 50 shards", len(o.results))
	}
	wantRemote(t, o)
}

// A test whose group is of one machine stays on Bazel's, or fails where Bazel may not run it there.
func TestGroupsOfOneMachineStay(t *testing.T) {
	s := newStage(t, cluster.Options{Machines: machines(1)})
	host := filepath.Join(t.TempDir(), "locks")
	s.environ = []string{"INTERLOCK_HOST_DIR=" + host}
	code, output := s.call(t, "run", "--noshow_progress", "@rules_interlock//tools:interlock", "--", "host", "init")
	if code != 0 {
		t.Fatalf("host init: %d\n%s", code, output)
	}
	flags := []string{"//mixed:in_build_test", "//mixed:on_host_test", "--test_env=INTERLOCK_HOST_DIR", "--nocache_test_results"}
	o := s.play(t, flags...)
	o.want(t, allPassed)
	for _, r := range o.results {
		if r.Strategy != "local" {
			t.Errorf("%s ran %q", r.Target, r.Strategy)
		}
	}
	o = s.play(t, append(flags, "--strategy=TestRunner=remote")...)
	if o.code == allPassed {
		t.Error("a test whose group is of one machine ran elsewhere")
	}
	o.wantText(t, "cannot be executed with any of the available strategies")
}

// Where the cluster is out of reach, --remote_local_fallback runs the test here, and its groups are
// those of the coordinator all the same.
func TestLocalFallback(t *testing.T) {
	notShort(t)
	s := newStage(t, cluster.Options{Machines: machines(1)})
	coordinator, err := s.WriteCoordinator(s.Shared())
	if err != nil {
		t.Fatal(err)
	}
	s.Server.Kill()
	o := s.play(t, "--remote_local_fallback", "--remote_retries=0", "//grouped:t0_test", "--test_env=INTERLOCK_COORDINATOR="+coordinator)
	o.want(t, allPassed)
	s.wantNothing(t, s.round(t, o, names("grouped", 1), 1))
	for _, r := range o.results {
		if r.Strategy == "remote" {
			t.Errorf("%s ran %q, without a cluster", r.Target, r.Strategy)
		}
	}
	o = s.play(t, "--remote_local_fallback", "--remote_retries=0", "//grouped:t0_test")
	o.want(t, testsFailed)
	o.wantText(t, "need a coordinator, and this machine names none")
}

// --flaky_test_attempts runs a shard again whose worker could not be trusted, and the case of the
// first attempt does not count twice.
func TestFlakyAttempts(t *testing.T) {
	notShort(t)
	s := newStage(t, cluster.Options{Machines: machines(2)})
	s.Workers[0].CutOff()
	o := s.play(t, "//grouped:some", "--flaky_test_attempts=6")
	r := s.round(t, o, names("grouped", 4), 1)
	r.Faulty, r.Loss = true, loss
	seen := s.wantNothing(t, r)
	again := 0
	for _, result := range o.results {
		if result.Attempt > 1 {
			again++
		}
		if !result.Passed() {
			wantInfrastructure(t, result)
		}
	}
	if again == 0 {
		t.Error("nothing was tried again")
	}
	t.Logf("%d further attempts; %v", again, seen)
}

// A runner ends a case in time for its own report. What does not end by itself the worker kills,
// without SIGTERM: its groups are free a TTL later.
func TestActionTimeout(t *testing.T) {
	notShort(t)
	s := newStage(t, cluster.Options{Machines: machines(2)})
	flags := []string{"//grouped:t0_test", "--test_env=TAKES=60s", "--test_timeout=15", "--test_filter=TestDB1", "--test_sharding_strategy=disabled"}
	for name, c := range map[string]struct {
		do   func(caselog.Record)
		want string // status
	}{
		"runner ends its case": {func(caselog.Record) {}, "FAILED"},
		"worker kills the runner": {func(holder caselog.Record) {
			pid, _ := judge.Runner(holder.Run)
			signal([]int{pid}, syscall.SIGSTOP)
		}, "TIMEOUT"},
	} {
		t.Run(name, func(t *testing.T) {
			s.newFolder(t)
			done := make(chan struct{})
			go func() {
				defer close(done)
				if holder, found := s.awaitHolder(t); found {
					c.do(holder)
				}
			}()
			o := s.replay(t, flags...)
			<-done
			o.want(t, testsFailed)
			for _, r := range o.results {
				if r.Status != c.want {
					t.Errorf("%s: %s, not %s", r.Target, r.Status, c.want)
				}
				if c.want == "FAILED" && !strings.Contains(string(r.Report), `type="timeout"`) {
					t.Errorf("the report says nothing of the time: %s", r.Report)
				}
			}
			for _, r := range s.records(t) {
				if r.Event == caselog.End {
					t.Errorf("%s has got to its end", r.Case)
				}
			}
			begun := time.Now()
			o = s.play(t, "//grouped:t0_test")
			o.want(t, allPassed)
			s.wantNothing(t, s.round(t, o, names("grouped", 1), 1))
			t.Logf("the next build, which needs the same groups, took %v", time.Since(begun).Round(time.Second))
		})
	}
}

// wantInfrastructure fails the test if a bad result does not say that the infrastructure failed, and
// why.
func wantInfrastructure(t *testing.T, r judge.Result) {
	t.Helper()
	report := string(r.Report)
	if !strings.Contains(report, `type="infrastructure"`) {
		t.Errorf("shard %d of run %d of %s is %s, without an infrastructure failure:\n%s\n%s", r.Shard, r.Run, r.Target, r.Status, report, r.Log)
	}
}
