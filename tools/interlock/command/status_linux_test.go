package command

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	"github.com/interlock-build/rules_interlock/internal/lock/shm"
	clientv3 "go.etcd.io/etcd/client/v3"
)

func TestMain(m *testing.M) {
	etcdtest.Main()
	beKeeper()
	os.Exit(m.Run())
}

// streams are files that replace the streams of a process.
type streams struct {
	t              *testing.T
	stdout, stderr *os.File
}

func newStreams(t *testing.T) streams {
	t.Helper()
	create := func(name string) *os.File {
		file, err := os.Create(filepath.Join(t.TempDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = file.Close() })
		return file
	}
	return streams{t, create("stdout"), create("stderr")}
}

// take returns what was written since the last call.
func (s streams) take(file *os.File) string {
	s.t.Helper()
	text, err := os.ReadFile(file.Name())
	_, seeked := file.Seek(0, io.SeekStart)
	if err := errors.Join(err, seeked, file.Truncate(0)); err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// invocation returns an invocation whose coordinator has that name.
func (s streams) invocation(coordinator string, args ...string) Invocation {
	return Invocation{Args: args, Stdout: s.stdout, Stderr: s.stderr, Cluster: withCluster, Lookup: func(string) (string, bool) {
		return coordinator, true
	}}
}

// withCluster is the Cluster of a program that knows groups of scope cluster.
var withCluster = &Cluster{New: cluster.New, Find: cluster.Find}

// db is a group that a test and a command hold, and others wait for.
func db(begin time.Time) Group {
	at := func(seconds int) time.Time { return begin.Add(time.Duration(seconds) * time.Second) }
	return Group{
		Scope: "build", Label: "//r:db", Identity: "/base/r/db", Capacity: 4, Rate: "60/m",
		Holders: []Use{
			{Target: "//a:x_test", Case: "TestX", Since: at(0), Mode: "exclusive", Weight: 2, Slots: []int{0, 2}},
			{Case: "./deploy", Since: at(1), Mode: "exclusive", Weight: 1, Slots: []int{3}, Fence: 17},
		},
		Queue: []Use{
			{Target: "//a:y_test", Since: at(2), Mode: "exclusive", Weight: 3},
			{Since: at(-100_000), Mode: "shared", Weight: 1},
		},
	}
}

func TestTextForPeople(t *testing.T) {
	begin := time.Date(2001, 2, 3, 4, 5, 6, 0, time.Local)
	pg := Group{
		Scope: "host", Key: "acme/pg", Identity: "host /a acme/pg", Capacity: 2, Instances: []string{"pg0", "pg1"},
		Holders: []Use{{Case: "TestX", Since: begin, Mode: "exclusive", Weight: 1, Slots: []int{1}, Instances: []string{"pg1"}}},
	}
	again := pg
	again.Identity = "host /b acme/pg"
	r := Report{At: begin.Add(90 * time.Second), Groups: []Group{db(begin), pg, again}}
	var text strings.Builder
	if err := r.writeText(&text); err != nil {
		t.Fatal(err)
	}
	want := `build //r:db: capacity 4, rate 60/m
  holds  unit 0, 2         TestX of //a:x_test  since 04:05:06 (1m30s)
  holds  unit 3, fence 17  ./deploy             since 04:05:07 (1m29s)
  waits  3 units           //a:y_test           since 04:05:08 (1m28s)
  waits  shared            somebody             since 2001-02-02 00:18:26 (27h48m10s)
host acme/pg: capacity 2, instances pg0, pg1 (host /a acme/pg)
  holds  pg1  TestX  since 04:05:06 (1m30s)
host acme/pg: capacity 2, instances pg0, pg1 (host /b acme/pg)
  holds  pg1  TestX  since 04:05:06 (1m30s)
`
	if text.String() != want {
		t.Errorf("got\n%swant\n%s", text.String(), want)
	}
}

func TestNothingIsHeld(t *testing.T) {
	for want, r := range map[string]Report{
		"nothing is held or waited for\n":                        {},
		"nothing is held or waited for, as far as can be seen\n": {Problems: []string{"dark"}},
	} {
		s := newStreams(t)
		if err := (&status{i: s.invocation("")}).print(r); err != nil {
			t.Fatal(err)
		}
		if got := s.take(s.stdout); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// For a pipe a report is printed when it differs from the last one in more than the time; on a
// terminal it replaces the last one.
func TestWhatIsPrintedAgain(t *testing.T) {
	begin := time.Date(2001, 2, 3, 4, 5, 6, 0, time.Local)
	first := Report{Version: 1, At: begin, Groups: []Group{db(begin)}, Problems: []string{"dark"}}
	later, changed := first, first
	later.At = begin.Add(time.Second)
	changed.At, changed.Groups = begin.Add(2*time.Second), nil
	for _, atTerminal := range []bool{false, true} {
		s := newStreams(t)
		watch := &status{i: s.invocation(""), watching: true, atTerminal: atTerminal}
		var stdout []string
		for _, r := range []Report{first, later, changed} {
			if err := watch.print(r); err != nil {
				t.Fatal(err)
			}
			stdout = append(stdout, s.take(s.stdout))
		}
		if stderr := s.take(s.stderr); stderr != "interlock: dark\n" {
			t.Errorf("stderr is %q", stderr)
		}
		starts := []string{"04:05:06\nbuild //r:db: ", "", "04:05:08\nnothing is held"}
		if atTerminal {
			starts = []string{clearScreen + "build //r:db: ", clearScreen + "build //r:db: ", clearScreen + "nothing is held"}
		}
		for i, want := range starts {
			if !strings.HasPrefix(stdout[i], want) || want == "" && stdout[i] != "" {
				t.Errorf("at a terminal: %v, report %d is %q, want it to begin with %q", atTerminal, i, stdout[i], want)
			}
		}
	}
}

// put writes keys and values of the coordinator, in pairs.
func put(t *testing.T, c *etcdtest.Cluster, pairs ...string) {
	t.Helper()
	client, err := c.Client()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	lease, err := client.Grant(t.Context(), 600) // without one they would count for nothing
	if err != nil {
		t.Fatal(err)
	}
	for pair := range slices.Chunk(pairs, 2) {
		if _, err := client.Put(t.Context(), pair[0], pair[1], clientv3.WithLease(lease.ID)); err != nil {
			t.Fatal(err)
		}
	}
}

// ofAll selects the only group of its scope.
func ofAll(Group) bool { return true }

// awaitStatus returns the first selected group of a scope, as the status shows it, once it is
// right. A group that is not there is empty.
func awaitStatus(t *testing.T, coordinatorFile, scope string, isMeant, right func(Group) bool) Group {
	t.Helper()
	s := newStreams(t)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		i := s.invocation("", "--json", "--scope="+scope)
		i.Lookup = lookupOf(coordinatorFile)
		if err := Status(t.Context(), i); err != nil {
			t.Fatal(err)
		}
		var r Report
		if err := json.Unmarshal([]byte(s.take(s.stdout)), &r); err != nil {
			t.Fatal(err)
		}
		var g Group
		if at := slices.IndexFunc(r.Groups, isMeant); at >= 0 {
			g = r.Groups[at]
		}
		if right(g) {
			return g
		}
		if time.Now().After(deadline) {
			t.Fatalf("the groups are %+v", r.Groups)
		}
	}
}

func TestStatusOfACluster(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{})
	s := newStreams(t)
	coordinatorFile, err := etcdtest.WriteCoordinator(t.TempDir(), c.Coordinator())
	if err != nil {
		t.Fatal(err)
	}
	since := time.Now().Add(-time.Minute).UTC()
	definition := group.Definition{Capacity: 2, Instances: []string{"a", "b\x1b"}}
	user := func(name string) lock.User { return lock.User{Target: "//a:x_test", Case: name, Since: since} }
	keys := state.KeysOf(c.Coordinator().Namespace, "acme/llm")
	put(t, c,
		keys.Definition(definition, "1"), state.Format(state.Definition{Definition: definition, User: user("Test1")}),
		keys.Unit(1), state.Format(state.Use{ID: "1", User: user("Test1"), Weight: 1}),
		keys.Ticket(8, "2"), state.Format(state.Use{ID: "2", User: user("Test2\x1b[2J"), Weight: 2}),
		c.Coordinator().Namespace+"nonsense\x1b", "x",
	)
	if err := Status(t.Context(), s.invocation(coordinatorFile, "--scope=cluster", "--json")); err != nil {
		t.Fatal(err)
	}
	text := s.take(s.stdout)
	var r Report
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Groups) != 1 || len(r.Groups[0].Holders) != 1 || len(r.Groups[0].Queue) != 1 || len(r.Problems) != 1 {
		t.Fatalf("got %s", text)
	}
	g, holder, waiter := r.Groups[0], r.Groups[0].Holders[0], r.Groups[0].Queue[0]
	if g.Scope != "cluster" || g.Key != "acme/llm" || g.Capacity != 2 || holder.Case != "Test1" || !holder.Since.Equal(since) ||
		holder.Fence == 0 || !slices.Equal(holder.Instances, []string{"b\ufffd"}) || waiter.Case != "Test2\ufffd[2J" || waiter.Weight != 2 {
		t.Errorf("got %s", text)
	}
	if strings.Contains(text, "\x1b") || !strings.Contains(r.Problems[0], "nonsense") {
		t.Errorf("the problems are %q", r.Problems)
	}
	if err := Status(t.Context(), s.invocation(coordinatorFile, "--scope=cluster")); err != nil {
		t.Fatal(err)
	}
	text = s.take(s.stdout)
	for _, want := range []string{"cluster acme/llm: capacity 2, instances a, b\ufffd\n", "  holds  b\ufffd, fence ", "  waits  2 units "} {
		if !strings.Contains(text, want) {
			t.Errorf("got\n%swant %q in it", text, want)
		}
	}
}

// A coordinator that hangs is given up, and so is one with a wrong configuration.
func TestStatusWithoutAnAnswer(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{})
	c.Members[0].Stop()
	file, err := etcdtest.WriteCoordinator(t.TempDir(), c.Coordinator())
	if err != nil {
		t.Fatal(err)
	}
	for named, want := range map[string]string{
		file:                               ": no answer: context deadline exceeded; check that etcd runs there",
		filepath.Join(t.TempDir(), "none"): "no such file or directory",
	} {
		s := newStreams(t)
		err := Status(t.Context(), s.invocation(named, "--scope=cluster"))
		exit := (*ExitError)(nil)
		if !errors.As(err, &exit) || exit.Code != 1 || exit.Err != nil {
			t.Errorf("error %v", err)
		}
		if stderr := s.take(s.stderr); !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("stderr is %q, want %q in it", stderr, want)
		}
	}
}

// Without a coordinator there is nothing to ask.
func TestStatusWithoutACoordinator(t *testing.T) {
	if _, err := os.Stat(coordinator.File); err == nil {
		t.Skip("this machine has one")
	}
	s := newStreams(t)
	if err := Status(t.Context(), s.invocation("", "--scope=cluster")); err != nil {
		t.Fatal(err)
	}
	if got := s.take(s.stdout); got != "nothing is held or waited for\n" {
		t.Errorf("got %q", got)
	}
}

// A file that no runner would write costs a line, and nothing else.
func TestBrokenNoticeIsALine(t *testing.T) {
	dir, err := shm.Own("notices")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "0-broken\x1b\n"+filepath.Base(t.TempDir()))
	if err := os.Symlink("/nowhere", path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(path) })
	s := newStreams(t)
	if err := Status(t.Context(), s.invocation("", "--scope=host")); err != nil {
		t.Fatal(err)
	}
	stderr := s.take(s.stderr)
	line := "interlock: " + lock.Clean(path) + " is not what a runner tells: "
	if strings.Count(stderr, line) != 1 || strings.Contains(stderr, "\x1b") {
		t.Errorf("stderr is %q, want %q in it once", stderr, line)
	}
}

// A watch ends when it is told to.
func TestWatchEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := newStreams(t)
	ended := make(chan error)
	go func() { ended <- Status(ctx, s.invocation("", "--watch", "--scope=host")) }()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
