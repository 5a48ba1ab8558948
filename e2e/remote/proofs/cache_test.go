package proofs

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/e2e/remote/cluster"
)

// A result is a hit in the remote cache for another user: with another output base and machine, and
// another coordinator, which is not part of what Bazel hashes.
func TestCacheHitForTheNextUser(t *testing.T) {
	notShort(t)
	s := newStage(t, cluster.Options{Machines: machines(2)})
	o := s.play(t, "//grouped:some")
	o.want(t, allPassed)
	s.wantNothing(t, s.round(t, o, names("grouped", 4), 1))

	// It would have to answer if anything ran again.
	for _, w := range s.Workers {
		w.Kill()
	}
	next := *s
	next.startup = []string{"--output_base=" + filepath.Join(outputBase(t, s), "..", "remote-next-user")}
	defer next.call(t, "shutdown")
	next.environ = []string{"INTERLOCK_COORDINATOR=https://elsewhere.example:2379", "INTERLOCK_HOST_DIR=/elsewhere", "USER=somebody"}
	if code, output := next.call(t, "build", "--noshow_progress", "//grouped:some"); code != 0 {
		t.Fatalf("bazel build: %d\n%s", code, output)
	}
	before := len(s.records(t))
	hit := next.replay(t, "//grouped:some")
	hit.want(t, allPassed)
	for _, r := range hit.results {
		if r.Strategy != "remote cache hit" {
			t.Errorf("shard %d of %s ran %q", r.Shard, r.Target, r.Strategy)
		}
	}
	if len(s.records(t)) > before {
		t.Error("a case ran again")
	}
	t.Logf("%d results, all from the remote cache", len(hit.results))
}

func outputBase(t *testing.T, s *stage) string {
	t.Helper()
	code, output := s.call(t, "info", "output_base", "--noshow_progress", "--ui_event_filters=-info,-warning")
	if code != 0 {
		t.Fatalf("bazel info: %d\n%s", code, output)
	}
	lines := strings.Fields(output)
	return lines[len(lines)-1]
}
