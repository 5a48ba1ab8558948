package app

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/timeline"
)

// outputs gives a target a folder for its outputs, and returns it.
func (x *target) outputs() string {
	x.t.Helper()
	folder := filepath.Join(x.dir, "outputs")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		x.t.Fatal(err)
	}
	x.vars["TEST_UNDECLARED_OUTPUTS_DIR"] = folder
	return folder
}

// recordIn returns the record among the outputs, and checks that test.xml has the same.
func (x *target) recordIn(folder string) timeline.File {
	x.t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, timeline.Name))
	if err != nil {
		x.t.Fatal(err)
	}
	f, err := timeline.Parse(text)
	if err != nil {
		x.t.Fatal(err)
	}
	report, _ := x.read("test.xml")
	again, err := timeline.FromXML(strings.NewReader(report))
	if err != nil || len(again.Cases) != len(f.Cases) || again.Start != f.Start {
		x.t.Errorf("%v, test.xml has %+v, and not %+v", err, again, f)
	}
	return f
}

// witnessed is when a script has said that it runs.
func witnessed(t *testing.T, x *target, path string) time.Time {
	t.Helper()
	text, _ := x.read(path)
	ns, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return time.Unix(0, ns)
}

// The record tells the truth: its times are those that the case itself saw, and it knows who was
// in the way.
func TestRecordTellsTheTruth(t *testing.T) {
	t.Parallel()
	g := newBuildGroup(t, 1)
	_, gate := g.startHolder()
	x := g.newTarget(`date +%s%N > "$SEEN.start"; sleep 0.2; date +%s%N > "$SEEN.end"; exit 3`)
	folder := x.outputs()
	x.vars["INTERLOCK_TIMELINE"] = "on"
	x.vars["SEEN"] = filepath.Join(x.dir, "seen")
	before := time.Now()
	r := x.start()
	r.log.await(t, "interlock: x_test waits for //r:db since ")
	opened := time.Now()
	gate.Open()
	r.wantExit(3)
	f := x.recordIn(folder)
	if f.Label != "//pkg:x_test" || f.Ended == 0 || len(f.Groups) != 1 || f.Groups[0].Label != "//r:db" || len(f.Cases) != 1 {
		t.Fatalf("got %+v", f)
	}
	a := f.Cases[0].Attempts[0]
	const slack = 150 * time.Millisecond // the machine may be busy
	near := func(what string, m timeline.Moment, want time.Time) {
		t.Helper()
		if off := f.Time(m).Sub(want).Abs(); off > slack {
			t.Errorf("%s is %v off: %+v", what, off, a)
		}
	}
	near("asked", a.Asked, before)
	near("started", a.Started, witnessed(t, x, "seen.start"))
	near("ended", a.Ended, witnessed(t, x, "seen.end"))
	if len(a.Held) != 1 || a.Outcome != timeline.Failed || a.Batch != 1 {
		t.Fatalf("got %+v", a)
	}
	near("acquired", a.Held[0].Acquired, opened)
	near("since", a.Held[0].Since, before)
	if after := a.Held[0].After; after != 1 || f.Users[0] != "x_test of //pkg:x_test" {
		t.Errorf("it waited for %d of %q", after, f.Users)
	}
}

// A runner that is killed leaves what had happened by the last second.
func TestRecordOfAKilledRunner(t *testing.T) {
	t.Parallel()
	x := newTarget(t, "sleep 60")
	folder := x.outputs()
	x.vars["INTERLOCK_TIMELINE"] = "on"
	r := x.start()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		text, _ := os.ReadFile(filepath.Join(folder, timeline.Name))
		if strings.Contains(string(text), `"started":`) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the record is %s", text)
		}
	}
	if err := r.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-r.exited
	if f := x.recordIn(folder); f.Ended != 0 || f.Cases[0].Attempts[0].Ended != 0 {
		t.Errorf("got %+v", f)
	}
}

// That there is no place for the record is no reason to fail.
func TestNoPlaceForTheRecord(t *testing.T) {
	t.Parallel()
	x := newTarget(t, "exit 0")
	x.vars["TEST_UNDECLARED_OUTPUTS_DIR"] = filepath.Join(x.dir, "missing")
	r := x.run("--interlock-timeline=on")
	r.wantExit(0)
	r.wantLog("interlock: note: no timeline.json among the outputs of this test: ")
	if strings.Count(r.log.String(), "no timeline.json") != 1 {
		t.Errorf("the log is\n%s", r.log)
	}
	x = newTarget(t, "exit 0")
	folder := x.outputs()
	x.run().wantExit(0)
	if _, err := os.Stat(filepath.Join(folder, timeline.Name)); err == nil {
		t.Error("there is a record, for which Bazel would start zip, although nobody has asked for it")
	}
}

func TestColours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		vars map[string]string
		arg  string
		want bool
	}{
		{nil, "--interlock-color=auto", false},
		{map[string]string{"CLICOLOR_FORCE": "1"}, "--interlock-color=auto", true},
		{map[string]string{"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, "--interlock-color=auto", false},
		{map[string]string{"NO_COLOR": "1"}, "--interlock-color=always", true},
		{map[string]string{"CLICOLOR_FORCE": "1"}, "--interlock-color=never", false},
	} {
		x := newTarget(t, "exit 1")
		for name, value := range c.vars {
			x.vars[name] = value
		}
		r := x.run(c.arg)
		if got := strings.Contains(r.log.String(), "\x1b[31mFAIL\x1b[0m x_test"); got != c.want {
			t.Errorf("%+v: the log is %q", c, r.log)
		}
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]bool{"--interlock-progress=line": true, "--interlock-progress=none": false, "--interlock-progress=bar": false} {
		r := newTarget(t, "exit 0").run(arg)
		if got := strings.Contains(r.log.String(), "interlock: PASS x_test"); got != want {
			t.Errorf("%s: the log is %q", arg, r.log)
		}
	}
}
