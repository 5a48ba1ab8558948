package proofs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/fenced"
	"github.com/interlock-build/rules_interlock/e2e/remote/cluster"
	"github.com/interlock-build/rules_interlock/e2e/remote/judge"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

func TestMain(m *testing.M) {
	cluster.Main()
	os.Exit(m.Run())
}

const (
	// leaseTTL is how long a lease of a worker lives.
	leaseTTL = 3 * time.Second
	// loss is the longest time that a holder can stand still without losing its groups: it gives
	// them up that long before its lease ends, if it has not heard from etcd before.
	loss = leaseTTL / 4
)

// Those of consumer/program and consumer/resources.
var (
	cases = []string{
		"TestDB1", "TestDB2", "TestPool1", "TestPool2", "TestPool3", "TestRead1", "TestRead2", "TestRead3", "TestMigrate1", "TestAPI1",
		"TestFree1",
	}
	groups = map[string]check.Group{
		"db": {Capacity: 1}, "pool": {Capacity: 2}, "schema": {Capacity: 1}, "api": {Capacity: 4, Rate: 3, Window: 2 * time.Second},
	}
)

// stage is a cluster, and a folder for what the tests of one play report.
type stage struct {
	*cluster.Cluster
	bazel
	// direct says that Bazel talks to the cluster itself, even if there is a gate.
	direct bool
	// shared is the folder, and plays the number of folders so far.
	shared   string
	plays    int
	resource *fenced.Server
}

// built is done once, before there is a cluster: what a cluster has built, Bazel may have only there.
var built sync.Once

// newStage starts a cluster that ends with the test. Its logs stay if the test fails.
func newStage(t *testing.T, o cluster.Options) *stage {
	t.Helper()
	built.Do(func() {
		if code, output := (bazel{}).call(t, "build", "--color=no", "--curses=no", "--noshow_progress", "//...", doctor); code != 0 {
			t.Fatalf("bazel build: %d\n%s", code, output)
		}
	})
	dir, err := os.MkdirTemp("/var/tmp", "remote.")
	if err != nil {
		t.Fatal(err)
	}
	c, err := cluster.Start(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{Cluster: c}
	t.Cleanup(func() {
		c.Close()
		s.closeFolder()
		if t.Failed() {
			t.Log("the cluster's logs are in " + dir)
		} else if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return s
}

// newFolder begins a new folder, because what is left of an earlier play may still write to that
// one's.
func (s *stage) newFolder(t *testing.T) {
	t.Helper()
	s.closeFolder()
	s.plays++
	s.shared = filepath.Join(s.Shared(), strconv.Itoa(s.plays))
	socket := filepath.Join(s.shared, "resource")
	err := os.Mkdir(s.shared, 0o777)
	if err == nil {
		s.resource, err = fenced.Listen(socket)
	}
	if err == nil {
		err = os.WriteFile(s.log(), nil, 0o600)
	}
	// For actions of another user.
	if err := errors.Join(err, os.Chmod(s.shared, 0o777), os.Chmod(socket, 0o777), os.Chmod(s.log(), 0o666)); err != nil {
		t.Fatal(err)
	}
}

// closeFolder ends the fenced resource of a folder. It does not wait for what still uses it.
func (s *stage) closeFolder() {
	if s.resource != nil {
		go func(r *fenced.Server) { _ = r.Close() }(s.resource)
	}
}

// notShort skips what is not among the proofs for CI.
func notShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("not with -short")
	}
}

// machines returns n machines without anything special.
func machines(n int) []cluster.Machine { return make([]cluster.Machine, n) }

// flags are those of every call of Bazel that uses the cluster. Only tests run there: it is not
// compilers that hold groups.
func (s *stage) flags() []string {
	executor := s.Executor()
	if s.Gate != nil && !s.direct {
		executor = s.GatedExecutor()
	}
	return []string{
		"--remote_executor=" + executor, "--test_env=REMOTE_SHARED=" + s.shared, "--sandbox_writable_path=" + s.shared,
		"--strategy=TestRunner=remote,local", "--spawn_strategy=remote,local",
		"--disk_cache=", // or it would stand in for the remote one
	}
}

// play runs tests on the cluster, in a folder of their own.
func (s *stage) play(t *testing.T, args ...string) outcome {
	t.Helper()
	s.newFolder(t)
	return s.replay(t, args...)
}

// replay runs tests in the folder of the last play, so that they have the same command lines.
func (s *stage) replay(t *testing.T, args ...string) outcome {
	t.Helper()
	return s.test(t, append(s.flags(), args...)...)
}

func (s *stage) log() string { return filepath.Join(s.shared, "log") }

// records returns what the tests have said so far.
func (s *stage) records(t *testing.T) []caselog.Record {
	t.Helper()
	reader, err := caselog.Follow(s.log())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	all, err := reader.Next()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// note writes what is done to runs to the log.
func (s *stage) note(t *testing.T, event caselog.Event, run string) {
	t.Helper()
	writer, err := caselog.Append(s.log())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = writer.Close() }()
	if err := writer.Write(caselog.Record{Event: event, At: caselog.Now(), Run: run}); err != nil {
		t.Fatal(err)
	}
}

// names are the labels of the first n targets of a package of the consumer.
func names(pkg string, n int) (labels []string) {
	for i := range n {
		labels = append(labels, fmt.Sprintf("//%s:t%d_test", pkg, i))
	}
	return labels
}

// round is what there is to judge about a call of Bazel.
func (s *stage) round(t *testing.T, o outcome, targets []string, runs int) judge.Round {
	t.Helper()
	r := judge.Round{
		Groups: groups, Cases: cases, Runs: runs, Targets: targets, Records: s.records(t), Results: o.results, Rejected: map[string]bool{},
	}
	for _, write := range s.resource.Rejected() {
		r.Rejected[write.Holder] = true
	}
	return r
}

// wantNothing judges a round, and fails the test for everything that was found.
func (s *stage) wantNothing(t *testing.T, r judge.Round) judge.Summary {
	t.Helper()
	seen, found := judge.Check(r)
	if err := fenced.Check(s.accepted()); err != nil {
		found = append(found, "resource: "+err.Error())
	}
	for _, finding := range found {
		t.Error(finding)
	}
	t.Log(seen)
	return seen
}

// accepted are the writes that the fenced resource has accepted, by runner: what a process of Go
// tests holds, it keeps from one test to the next.
func (s *stage) accepted() []fenced.Write {
	writes := s.resource.Accepted()
	for i, w := range writes {
		writes[i].Holder = w.Holder[:strings.LastIndex(w.Holder, "/")]
	}
	return writes
}

// kinds returns the checks that found something.
func kinds(found check.Findings) (kinds []string) {
	for _, finding := range found {
		kind, _, _ := strings.Cut(finding, ":")
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
