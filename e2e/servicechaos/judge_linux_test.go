package main

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
	"github.com/interlock-build/rules_interlock/e2e/chaos/scene"
	"github.com/interlock-build/rules_interlock/e2e/servicechaos/casework"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// judged is a round with a group that is reset, one that is not, and a log that is written down line
// by line, a millisecond each: EVENT RUN[/CASE] GROUP=ID, or EVENT RUN[/CASE] FACT:GROUP=VALUE.
func judged(log string) *round {
	r := &round{plan: plan{scope: "host", groups: []group{{name: "db", reset: true}, {name: "web"}}}, world: &world{Scene: &scene.Scene[*runner]{}}}
	for at, line := range strings.Split(log, "\n") {
		fields := strings.Fields(line)
		run, name, _ := strings.Cut(fields[1], "/")
		record := caselog.Record{
			Event: caselog.Event(fields[0]), Run: run, Case: name, At: caselog.Instant(time.Duration(at+1) * time.Millisecond), Facts: map[string]string{},
		}
		for _, text := range fields[2:] {
			key, value, _ := strings.Cut(text, "=")
			if record.Event == caselog.Start || record.Event == caselog.Break || record.Event == caselog.Mend {
				record.Uses = append(record.Uses, caselog.Use{Group: key})
				key = casework.Instance + ":" + key
			}
			record.Facts[key] = value
		}
		r.world.Records = append(r.world.Records, record)
	}
	return r
}

func TestFindings(t *testing.T) {
	for _, c := range []struct{ log, want string }{
		{"start a/x db=1\nend a/x\nstart b/x db=1\nend b/x", ""},
		{"start a/x db=1\nstart b/x db=2\nend a/x\nend b/x", ""},
		{"start a/x db=1\ntouch a/x\nstart b/x db=1\nend a/x\nend b/x", "together: db: a/x and b/x are on the instance 1 at once"},
		{"start a/x db=1\nkill a/x\nstart b/x db=1\ntouch a/x\nend b/x", ""},
		{"start b/x db=1\ntouch b/x found:db=a\nend b/x", "reset: db: b/x has come to an instance that a had used"},
		{"start b/x web=1\ntouch b/x found:web=a\nend b/x", ""},
		{"start a/x web=1\nend a/x\nkill a\nstart b/x web=1\ntouch b/x found:web=a\nend b/x", ""},
		{
			"start a/x web=1\ntouch a/x\nkill a\nstart b/x web=1\ntouch b/x found:web=a\nend b/x",
			"reset: web: b/x has come to an instance that a had used, which was killed",
		},
		{"start a/x web=1\nend a/x\nstart b/x web=1\ntouch b/x found:web=a\nend b/x\nstart a/y web=1\ntouch a/y\nkill a", ""},
		{"start b/x db=1\ntouch b/x changed:db=a\nend b/x", "together: db: b/x found there the mark of a"},
		{"start b/x db=1\ntouch b/x changed:db=nobody\nend b/x", "together: db: b/x found there the mark of nobody"},
		{"start b/x db=1\nbreak k keeper=1\ntouch b/x changed:db=nobody\nend b/x", ""},
	} {
		r := judged(c.log)
		stays := r.staysIn(r.world.Records)
		found := append(append(together(stays), r.notReset(stays)...), r.changed(r.world.Records)...)
		if got := strings.Join(found, "\n"); got != c.want {
			t.Errorf("%s:\nfound %q, want %q", c.log, got, c.want)
		}
	}
}

// A case may fail if its service was hit. If its keeper was, it counts as refused.
func TestOwnWords(t *testing.T) {
	const refused = `<testsuites><testsuite><testcase name="x"><error type="infrastructure"/></testcase></testsuite></testsuites>`
	for _, c := range []struct{ log, report, want string }{
		{"end a/x failed=no", "", "words: a/x fails by its own word, and nothing was done to what it uses: no"},
		{"break s service:db=1\nend a/x failed=no", "", ""},
		{"break s service:web=1\nend a/x failed=no", "", "words: a/x fails by its own word, and nothing was done to what it uses: no"},
		{"break k keeper=1\nend a/x failed=no", "", "words: a/x fails by its own word, and nothing was done to what it uses: no"},
		{"break k keeper=1\nend a/x failed=no", refused, ""},
	} {
		run := check.Run{Name: "a", Groups: map[string][]string{"x": {"db", "service:db", "keeper"}}, Report: []byte(c.report)}
		if got := strings.Join(judged(c.log).unexcused([]check.Run{run}), "\n"); got != c.want {
			t.Errorf("%s: found %q, want %q", c.log, got, c.want)
		}
	}
}

// Whoever uses what a keeper has lent must not pass if the keeper ends.
func TestPassedWithoutItsKeeper(t *testing.T) {
	const passed = `<testsuites><testsuite><testcase name="x"></testcase></testsuite></testsuites>`
	const lent, own = "setup services id=1 dir=/dev/shm/il1/t\n", "setup services id=1 dir=/tmp/il1/t\n"
	for log, want := range map[string]string{
		lent + "start a/x db=1\nbreak k keeper=1\nmend k keeper=1\nend a/x": "words: db: a/x passed, and its keeper had ended",
		lent + "start a/x db=1\nbreak k keeper=1\nend a/x\nmend k keeper=1": "",
		lent + "start a/x db=1\nend a/x\nbreak k keeper=1\nmend k keeper=1": "",
		own + "start a/x db=1\nbreak k keeper=1\nmend k keeper=1\nend a/x":  "",
	} {
		r := judged(log)
		runs := []check.Run{{Name: "a", Report: []byte(passed)}}
		found := passedWithoutKeeper(r.world.Records, r.staysIn(r.world.Records), runs)
		if got := strings.Join(found, "\n"); got != want {
			t.Errorf("%s: found %q, want %q", log, got, want)
		}
	}
}

// The same seed and number make the same round.
func TestRoundsFollowFromTheirSeed(t *testing.T) {
	first := func(seed int) any {
		r := &round{seed: seed, number: 3}
		p := newPlan(r.random("plan", 0))
		return []any{p, p.workload(r.random("runner", 0)), campaign.Draw(faults, share, r.random("fault", 0)).kind}
	}
	if !reflect.DeepEqual(first(1), first(1)) || reflect.DeepEqual(first(1), first(2)) {
		t.Error("they do not")
	}
}
