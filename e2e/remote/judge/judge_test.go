package judge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// sound is a round of two cases of one group, in two shards on two workers.
func sound() Round {
	r := Round{
		Groups: map[string]check.Group{"db": {Capacity: 1}}, Cases: []string{"TestA", "TestB"}, Runs: 1, Targets: []string{"//a:b"},
	}
	for i, name := range r.Cases {
		run := fmt.Sprintf("//a:b 1 w%d %d", i, i+1)
		at := caselog.Instant(1000 * (i + 1))
		r.Records = append(r.Records,
			caselog.Record{Event: caselog.Start, At: at, Run: run, Case: name, PID: i, Uses: []caselog.Use{{Group: "db", Weight: 1, Slots: []int{0}}}},
			caselog.Record{Event: caselog.End, At: at + 500, Run: run, Case: name, PID: i})
		r.Results = append(r.Results, Result{
			Target: "//a:b", Run: 1, Shard: i + 1, Attempt: 1, Status: "PASSED",
			Log: []byte("witness: " + run + "/" + name + "\n"), Report: report(name, ""),
		})
	}
	return r
}

func report(name, inner string) []byte {
	return fmt.Appendf(nil, `<testsuites><testsuite><testcase name=%q>%s</testcase></testsuite></testsuites>`, name, inner)
}

func TestSound(t *testing.T) {
	seen, found := Check(sound())
	if len(found) > 0 || seen.Workers != 2 || seen.Cases != 2 || seen.Peaks["db"].Units != 1 {
		t.Errorf("%+v, %v", seen, found)
	}
}

// Each kind of fault is found, by the check that is for it.
func TestFindings(t *testing.T) {
	for want, spoil := range map[string]func(*Round){
		"capacity: db": func(r *Round) { r.Records[1].At = 2100 },
		"once: TestA of run 1 of //a:b was started 2": func(r *Round) {
			again := r.Records[0]
			again.Run = "//a:b 1 w3 9"
			r.Records = append(r.Records, again)
		},
		"once: TestA of run 1 of //a:b was started 0": func(r *Round) { r.Records = r.Records[2:] },
		"runs: //a:b 1 w0 1 reports that TestA passed": func(r *Round) {
			r.Records = append(r.Records[:1:1], r.Records[2:]...)
		},
		"results: shard 1 of run 1 of //a:b is FAILED": func(r *Round) { r.Results[0].Status = "FAILED" },
		"lost: TestB of run 1 of //a:b is reported 0":  func(r *Round) { r.Results = r.Results[:1] },
		"lost: TestA of run 1 of //a:b is reported 2": func(r *Round) {
			again := r.Results[0]
			again.Shard = 3
			r.Results = append(r.Results, again)
		},
		"bad (oops), and nobody has killed it": func(r *Round) {
			r.Faulty, r.Results[0].Status = true, "FAILED"
			r.Results[0].Report = report("TestA", `<error type="oops"/>`)
		},
	} {
		r := sound()
		spoil(&r)
		if _, found := Check(r); !strings.Contains(strings.Join(found, "\n"), want) {
			t.Errorf("%q is not among %q", want, found)
		}
	}
}

// A process of Go tests keeps its groups from one test to the next; two processes may not have one
// token.
func TestTokens(t *testing.T) {
	for pid, want := range map[int]string{0: "", 1: "fences: "} {
		r := sound()
		for i := range r.Records {
			r.Records[i].Run, r.Records[i].PID = r.Records[0].Run, i/2*pid
			if r.Records[i].Event == caselog.Start {
				r.Records[i].Uses[0].Fence = 7
			}
		}
		r.Results[1].Log = r.Results[0].Log
		if _, found := Check(r); !strings.HasPrefix(strings.Join(found, "\n"), want) || want == "" && len(found) > 0 {
			t.Errorf("found %q, want %q", found, want)
		}
	}
}

// With faults, what says that the infrastructure failed is no finding, nor is a second attempt.
func TestFaultsExcuse(t *testing.T) {
	r := sound()
	r.Faulty = true
	failed := r.Results[0]
	failed.Status, failed.Report = "FAILED", report("TestA", `<error type="infrastructure"/>`)
	r.Results[0].Attempt = 2
	r.Results = append(r.Results, failed)
	if seen, found := Check(r); len(found) > 0 || seen.Failed != 0 {
		t.Errorf("%+v, %v", seen, found)
	}
	r.Results[0].Attempt = 0
	if seen, found := Check(r); len(found) > 0 || seen.Failed != 1 || seen.Refused != 1 {
		t.Errorf("%+v, %v", seen, found)
	}
}

func TestParseEvents(t *testing.T) {
	const events = `{"id":{"started":{}}}
{"id":{"testResult":{"label":"@@//a:b","run":2,"shard":3,"attempt":1}},"testResult":{"status":"PASSED","executionInfo":{"strategy":"remote"},
"testActionOutput":[{"name":"test.log","uri":"bytestream://x/y"}]}}`
	all, err := ParseEvents(strings.NewReader(events))
	if err != nil || len(all) != 1 || all[0].Target != "//a:b" || all[0].Run != 2 || all[0].Shard != 3 || all[0].Strategy != "remote" || all[0].Log != nil {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := ParseEvents(strings.NewReader("{")); err == nil {
		t.Error("half an event is read")
	}
}
