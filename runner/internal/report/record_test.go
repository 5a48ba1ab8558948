package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/timeline"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

const dbGroup = "//r:db"

// newRecord returns the record of a shard with cases that need the group.
func newRecord(names ...string) *report.Record {
	r := report.NewRecord(timeline.File{
		Label: "//pkg:x_test", Shards: 1, Start: begin, Groups: []timeline.Group{{Label: dbGroup, Scope: "build", Capacity: 1}},
	})
	var cases []report.RecordedCase
	for _, name := range names {
		cases = append(cases, report.RecordedCase{Case: caseNamed(name), Needs: []group.Need{{Group: dbGroup, Weight: 1}}})
	}
	r.Listed(begin, at(10*time.Millisecond), 2, nil, cases)
	return r
}

// holdsFrom is the start of a case that has waited for the group.
func holdsFrom(name string, batch int, since, acquired, start time.Duration) event.CaseStarted {
	return event.CaseStarted{Case: caseNamed(name), Attempt: 1, At: at(start), Turn: &event.Turn{
		Asked: at(since), Worker: 1, Batch: batch,
		Held: []event.Hold{{Group: dbGroup, Since: at(since), Acquired: at(acquired), Units: []int{0}, After: "TestY of //b:t"}},
	}}
}

func endOf(name string, o event.Outcome, end time.Duration) event.CaseFinished {
	return event.CaseFinished{Case: caseNamed(name), Outcome: o, At: at(end), Attempt: 1}
}

func TestRecord(t *testing.T) {
	r := newRecord("a", "b", "c", "d")
	second := time.Second
	retriedB := retried("b", 1, bad)
	retriedB.At = at(5 * second)
	again := holdsFrom("b", 3, 6*second, 6*second, 6*second)
	again.Turn.Queued, again.Turn.Held[0].Since, again.Attempt = at(6*second), time.Time{}, 2
	for _, e := range []event.Event{
		event.CaseAsked{Cases: []event.Case{caseNamed("a")}, At: at(second)},
		holdsFrom("a", 1, second, 2*second, 2*second),
		endOf("a", event.Outcome{}, 3*second),
		event.BatchReleased{Batch: 1, At: at(3500 * time.Millisecond)},
		holdsFrom("b", 2, second, 4*second, 4*second),
		event.CaseFinished{Case: partOf("b", "s"), Outcome: bad, At: at(5 * second)},
		retriedB,
		event.BatchReleased{Batch: 2, At: at(5 * second)},
		again, endOf("b", bad, 7*second),
		event.BatchReleased{Batch: 3, At: at(7 * second)},
		event.CaseAsked{Cases: []event.Case{caseNamed("c")}, At: at(7 * second)},
		event.CaseWaiting{Case: caseNamed("c"), Group: dbGroup, Since: at(7 * second)},
		endOf("c", event.Outcome{Status: event.Errored, Type: event.TypeTimeout}, 8*second),
		endOf("d", event.Outcome{Status: event.Skipped, Type: event.TypeFailFast}, 8*second),
		event.InstanceStarted{Group: dbGroup, From: at(second), To: at(2 * second), Kept: true},
		event.RunFinished{At: at(9 * second)},
	} {
		r.Handle(e)
	}
	hold := func(since, acquired timeline.Moment, after int) []timeline.Hold {
		return []timeline.Hold{{Since: since, Acquired: acquired, Units: []int{0}, After: after}}
	}
	needs := []int{0}
	want := timeline.File{
		Version: 1, Label: "//pkg:x_test", Shards: 1, Start: begin, Workers: 2, Listing: timeline.Span{To: 10}, Ended: 9000,
		Groups: []timeline.Group{{Label: dbGroup, Scope: "build", Capacity: 1}}, Needs: []timeline.Need{{}}, Users: []string{"TestY of //b:t"},
		Setups: []timeline.Setup{{Span: timeline.Span{From: 1000, To: 2000}, Kept: true}},
		Cases: []timeline.Case{
			{Name: "a", Needs: needs, Attempts: []timeline.Attempt{
				{Asked: 1000, Started: 2000, Ended: 3000, Released: 3500, Worker: 1, Batch: 1, Held: hold(1000, 2000, 1)},
			}},
			{Name: "b", Needs: needs, Attempts: []timeline.Attempt{
				{Asked: 1000, Started: 4000, Ended: 5000, Worker: 1, Batch: 2, Held: hold(1000, 4000, 1), Outcome: timeline.Failed, Why: "failure"},
				{Queued: 6000, Asked: 6000, Started: 6000, Ended: 7000, Worker: 1, Batch: 3, Held: hold(0, 6000, 1), Outcome: timeline.Failed, Why: "failure"},
			}},
			{Name: "c", Needs: needs, Attempts: []timeline.Attempt{
				{Asked: 7000, Ended: 8000, Outcome: timeline.Errored, Why: "timeout", Held: []timeline.Hold{{Since: 7000}}},
			}},
			{Name: "d", Needs: needs, Attempts: []timeline.Attempt{{Outcome: timeline.Skipped, Why: "fail-fast"}}},
		},
	}
	if got := r.File(); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", textOf(got), textOf(want))
	}
}

func textOf(f timeline.File) string {
	text, _ := json.MarshalIndent(f, "", " ")
	return string(text)
}

// test.xml has the same as the file at any moment, whatever the names.
func TestReportHasTheRecord(t *testing.T) {
	names := []string{"plain", `</script>"'&`, "\x1b[31m\x00", "\u202e\uFFFE", strings.Repeat("long", 2500)}
	r := newRecord(names...)
	j, path := newReport(t)
	written := 0
	j.Keep(r, func() { written++ })
	events := []event.Event{started(names...)}
	for i, name := range names {
		start := time.Duration(i+1) * time.Second
		events = append(events, holdsFrom(name, i+1, time.Second, start, start), output(name, "x"), endOf(name, bad, start+time.Second),
			event.BatchReleased{Batch: i + 1, At: at(start + 1200*time.Millisecond)})
	}
	for _, e := range append(events, event.RunFinished{At: at(time.Minute)}) {
		r.Handle(e)
		j.Handle(e)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	got, err := timeline.FromXML(file)
	if want := r.File(); err != nil || !reflect.DeepEqual(got, want) || written == 0 {
		t.Errorf("%v, written %d times, got\n%s\nwant\n%s", err, written, textOf(got), textOf(want))
	}
}

// A runner that is killed leaves what had happened up to a second ago, although nothing has ended since.
func TestKilledRunnerLeavesTheRecord(t *testing.T) {
	r, folder := newRecord("a"), t.TempDir()
	j, _ := newReport(t)
	j.Keep(r, func() {
		if err := r.WriteTo(folder); err != nil {
			t.Error(err)
		}
	})
	for _, e := range []event.Event{started("a"), holdsFrom("a", 1, time.Second, 2*time.Second, 2*time.Second)} {
		r.Handle(e)
		j.Handle(e)
	}
	time.Sleep(1500 * time.Millisecond)
	text, err := os.ReadFile(filepath.Join(folder, timeline.Name))
	if err != nil {
		t.Fatal(err)
	}
	f, err := timeline.Parse(text)
	if err != nil || f.Ended != 0 || len(f.Cases[0].Attempts) != 1 || f.Cases[0].Attempts[0].Started != 2000 || f.Cases[0].Attempts[0].Ended != 0 {
		t.Errorf("%v: %s", err, text)
	}
}

// A case costs at most 200 bytes besides its name.
func TestRecordIsSmall(t *testing.T) {
	const cases = 2000
	var names []string
	for i := range cases {
		names = append(names, fmt.Sprintf("TestCase%04d", i))
	}
	r := newRecord(names...)
	for i, name := range names {
		start := 10*time.Second + time.Duration(i)*53*time.Millisecond
		e := holdsFrom(name, i+1, start-40*time.Millisecond, start-2*time.Millisecond, start)
		if i%2 == 1 {
			e.Turn.Held[0].Since, e.Turn.Held[0].After = time.Time{}, ""
		}
		r.Handle(e)
		r.Handle(endOf(name, event.Outcome{}, start+20*time.Millisecond))
		r.Handle(event.BatchReleased{Batch: i + 1, At: at(start + 21*time.Millisecond)})
	}
	var text bytes.Buffer
	if err := r.File().Write(&text); err != nil {
		t.Fatal(err)
	}
	each := float64(text.Len())/cases - float64(len(names[0]))
	t.Logf("%.0f bytes a case", each)
	if each > 200 {
		t.Errorf("%.0f bytes a case", each)
	}
}

func BenchmarkRecordOf2000Cases(b *testing.B) {
	for b.Loop() {
		var names []string
		for i := range 2000 {
			names = append(names, fmt.Sprint(i))
		}
		r := newRecord(names...)
		for i, name := range names {
			r.Handle(holdsFrom(name, i+1, time.Second, time.Second, time.Second))
			r.Handle(endOf(name, event.Outcome{}, 2*time.Second))
			r.Handle(event.BatchReleased{Batch: i + 1, At: at(3 * time.Second)})
		}
		if err := r.WriteTo(b.TempDir()); err != nil {
			b.Fatal(err)
		}
	}
}

func TestEndOfTheLogSaysWhatHeldTheRunBack(t *testing.T) {
	r := newRecord("a", "b", "c")
	var log strings.Builder
	console := report.Console(&log, report.Style{Brief: true}, r)
	for _, e := range []event.Event{
		started("a", "b", "c"),
		holdsFrom("a", 1, 10*time.Millisecond, 4*time.Second, 4*time.Second), endOf("a", event.Outcome{}, 7*time.Second),
		event.BatchReleased{Batch: 1, At: at(7 * time.Second)},
		holdsFrom("b", 2, 7*time.Second, 7*time.Second, 7*time.Second), endOf("b", event.Outcome{}, 9*time.Second),
		event.BatchReleased{Batch: 2, At: at(9 * time.Second)},
		event.CaseStarted{Case: caseNamed("c"), At: at(time.Second), Turn: &event.Turn{Batch: 3}},
		endOf("c", event.Outcome{}, 10*time.Second),
		event.RunFinished{At: at(10 * time.Second)},
	} {
		r.Handle(e)
		console.Handle(e)
	}
	wantLog(t, log.String(), `interlock: 3 passed, 0 failed, 0 with an error, 0 skipped in 10.00 s (all cases together ran 0.00 s)
interlock: //r:db: 2 cases waited 10.98 s in all, longest b 6.99 s, behind TestY of //b:t
interlock: //r:db was busy 90 % of the time: more workers will not help
`)
}

// Names are whatever people choose, and do nothing to a terminal.
func TestHostileNamesInTheLog(t *testing.T) {
	name := "x\x1b[2J\u202e\r\n" + strings.Repeat("y", 10<<10)
	var log strings.Builder
	console := report.Console(&log, report.Style{Colored: true}, nil)
	for _, e := range []event.Event{
		started(name, "z"),
		event.CaseWaiting{Case: caseNamed(name), Group: dbGroup},
		startedCase(name), startedCase(name), retried(name, 1, bad),
		finished(name, event.Outcome{Status: event.Failed, Message: "\x1b[2J\rbad"}), finished("z", event.Outcome{}),
		event.RunFinished{At: at(time.Second)},
	} {
		console.Handle(e)
	}
	plain := strings.NewReplacer("\x1b[31m", "", "\x1b[32m", "", "\x1b[0m", "", "\n", "").Replace(log.String())
	if strings.ContainsAny(plain, "\x1b\r\u202e") || len(log.String()) > 6*5000 || !strings.Contains(log.String(), "\x1b[31mFAIL\x1b[0m x") {
		t.Errorf("%d bytes: %.300q", len(log.String()), log.String())
	}
}

// BenchmarkReportOf2000Cases is all that the record adds to a run of 2,000 cases: the file, and the
// properties of test.xml.
func BenchmarkReportOf2000Cases(b *testing.B) {
	for _, with := range []bool{false, true} {
		b.Run(fmt.Sprintf("record=%v", with), func(b *testing.B) {
			for b.Loop() {
				reportOf2000Cases(b, with)
			}
		})
	}
}

func reportOf2000Cases(b *testing.B, with bool) {
	var names []string
	for i := range 2000 {
		names = append(names, fmt.Sprint("TestCase", i))
	}
	folder := b.TempDir()
	j := report.NewJUnit(filepath.Join(folder, "test.xml"), "//pkg:x_test")
	sinks := []event.Sink{j}
	if with {
		r := newRecord(names...)
		sinks = []event.Sink{r, j}
		j.Keep(r, func() {
			if err := r.WriteTo(folder); err != nil {
				b.Error(err)
			}
		})
	}
	sink := event.FanOut(sinks...)
	sink.Handle(started(names...))
	for i, name := range names {
		sink.Handle(holdsFrom(name, i+1, time.Second, time.Second, time.Second))
		sink.Handle(endOf(name, event.Outcome{}, 2*time.Second))
		sink.Handle(event.BatchReleased{Batch: i + 1, At: at(3 * time.Second)})
	}
	sink.Handle(event.RunFinished{At: at(4 * time.Second)})
}
