package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"golang.org/x/sys/unix"
)

// Runners that are told to end give back what they hold in etcd, and their place in the queue,
// and do not leave that to their leases.
func TestTerminatedRunnersLeaveNothing(t *testing.T) {
	s := newStage(t)
	s.leasesLast(2 * soon)
	holder := s.start("holder", soon)
	s.caseOf(holder)
	waiter := s.start("waiter", 0)
	s.awaitLog(waiter, ", which is held by x_test of //r:x_test since ")
	waiter.Signal(unix.SIGTERM)
	s.wantEnd(waiter, 143, "interrupted")
	holder.Signal(unix.SIGTERM)
	s.wantEnd(holder, 143, "interrupted")
	next := s.start("next", 0)
	s.wantEnd(next, 0, "")
}

// leasesLast sets the time to live of the leases of later runners.
func (s *stage) leasesLast(ttl time.Duration) {
	s.t.Helper()
	variables := s.arena.environ(0)
	config, err := coordinator.Find(func(name string) (string, bool) { value, ok := variables[name]; return value, ok })
	if err != nil {
		s.t.Fatal(err)
	}
	config.TTL = ttl
	file, err := etcdtest.WriteCoordinator(s.t.TempDir(), config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.arena.environ = func(int) map[string]string { return map[string]string{coordinator.Variable: file} }
}

// awaitLog waits until a runner has printed something.
func (s *stage) awaitLog(r *runner, text string) {
	s.t.Helper()
	s.await(r.name+" prints: "+text, func() bool {
		log, err := os.ReadFile(r.target.log())
		return err == nil && strings.Contains(string(log), text)
	})
}
