package check_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// round is a round that is written down line by line, a millisecond each:
// EVENT RUN[/CASE] [GROUP=UNITS[:FENCE]]..., where UNITS are the numbers of
// units with commas between them, or "shared".
type round struct {
	check.Round
	t *testing.T
}

func newRound(t *testing.T, log string) *round {
	t.Helper()
	r := &round{t: t, Round: check.Round{Groups: map[string]check.Group{
		"db":    {Capacity: 1},
		"pg":    {Capacity: 2, Instances: []string{"pg0", "pg1"}},
		"calls": {Capacity: 4, Rate: 2, Window: 20 * time.Millisecond},
	}}}
	cases, groups := map[string][]string{}, map[string]map[string][]string{}
	for at, line := range strings.Split(strings.TrimSpace(log), "\n") {
		fields := strings.Fields(line)
		run, name, _ := strings.Cut(fields[1], "/")
		record := caselog.Record{Event: caselog.Event(fields[0]), At: caselog.Instant(time.Duration(at+1) * time.Millisecond), Run: run, Case: name}
		record.Born = record.At
		for _, text := range fields[2:] {
			record.Uses = append(record.Uses, r.use(text))
		}
		if record.Event == caselog.Start && !slices.Contains(cases[run], name) {
			cases[run] = append(cases[run], name)
			if groups[run] == nil {
				groups[run] = map[string][]string{}
			}
			for _, u := range record.Uses {
				groups[run][name] = append(groups[run][name], u.Group)
			}
		}
		r.Records = append(r.Records, record)
	}
	for run, names := range cases {
		r.Runs = append(r.Runs, check.Run{
			Name: run, Cases: names, Groups: groups[run], Begun: r.Records[0].At, Ended: r.Records[len(r.Records)-1].At, Report: report(names),
		})
	}
	return r
}

// forget removes a run that is not one.
func (r *round) forget(name string) {
	r.Runs = slices.DeleteFunc(r.Runs, func(run check.Run) bool { return run.Name == name })
}

func (r *round) use(text string) caselog.Use {
	group, units, _ := strings.Cut(text, "=")
	units, fence, fenced := strings.Cut(units, ":")
	u := caselog.Use{Group: group, Weight: 1}
	if fenced {
		if _, err := fmt.Sscan(fence, &u.Fence); err != nil {
			r.t.Fatal(err)
		}
	}
	if u.Shared = units == "shared"; u.Shared {
		return u
	}
	for unit := range strings.SplitSeq(units, ",") {
		var slot int
		if _, err := fmt.Sscan(unit, &slot); err != nil {
			r.t.Fatal(err)
		}
		u.Slots = append(u.Slots, slot)
		if names := r.Groups[group].Instances; slot < len(names) {
			u.Instances = append(u.Instances, names[slot])
		}
	}
	u.Weight = len(u.Slots)
	return u
}

// report returns a report in which all of names passed, except names with a colon and a type
// after it, which were bad.
func report(names []string) []byte {
	text := "<testsuites><testsuite>"
	for _, name := range names {
		name, kind, bad := strings.Cut(name, ":")
		text += fmt.Sprintf("<testcase name=%q>", name)
		if bad {
			text += fmt.Sprintf("<error type=%q/>", kind)
		}
		text += "</testcase>"
	}
	return []byte(text + "</testsuite></testsuites>")
}

// run returns the run of that name, to change it.
func (r *round) run(name string) *check.Run {
	for i := range r.Runs {
		if r.Runs[i].Name == name {
			return &r.Runs[i]
		}
	}
	r.t.Fatalf("no run %s", name)
	return nil
}

func (r *round) want(want ...string) check.Summary {
	r.t.Helper()
	seen, found := check.Check(r.Round)
	if !slices.Equal(found, check.Findings(want)) {
		r.t.Errorf("found\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
	return seen
}

const sound = `
start a/x db=0:1 pg=0,1
touch a/x
end a/x
start b/x db=0:2
start b/y pg=1
end b/y
end b/x
start a/y db=shared
start b/z db=shared
end a/y
end b/z
start a/z calls=0
end a/z
start a/w calls=0
end a/w
`

func TestSoundRoundPasses(t *testing.T) {
	seen := newRound(t, sound).want()
	if seen.Cases != 7 || seen.Runs != 2 || seen.Contended == 0 || seen.Orphans != 0 {
		t.Errorf("saw %+v", seen)
	}
}

// Two users of the same unit of a group at the same time, as a/x and b/x.
const (
	twoOfDB = "capacity: db, of capacity 1, is used at once by a/x, b/x\nunits: db: unit 0 is used at once by a/x and b/x"
	twoOfPG = "capacity: pg, of capacity 2, is used at once by a/x, b/x\nunits: pg: unit 0 is used at once by a/x and b/x"
)

func TestFindings(t *testing.T) {
	for _, c := range []struct{ want, log string }{
		{twoOfDB, "start a/x db=0\nstart b/x db=0\nend a/x\nend b/x"},
		{twoOfPG, "start a/x pg=0,1\nstart b/x pg=0\nend a/x\nend b/x"},
		{twoOfDB, "start a/x db=0\nstart b/x db=0\nkill a/x\nend b/x"},
		{twoOfDB, "stop a\nstart a/x db=0\ncontinue a\nstart b/x db=0\nend a/x\nend b/x"},
		{"sharing: db is shared by b/x, and used at once by a/x", "start a/x db=0\nstart b/x db=shared\nend b/x\nend a/x"},
		{"units: pg: unit 0 is used at once by a/x and b/x", "start a/x pg=0\nstart b/x pg=0\nend a/x\nend b/x"},
		{"units: db: a/x was given unit 1, which does not exist", "start a/x db=1\nend a/x"},
		{
			"rate: calls, of rate 2 in 20ms, is used by 3 runs that began within 4ms, from a/x to a/z",
			"start a/x calls=0\nend a/x\nstart a/y calls=0\nend a/y\nstart a/z calls=0\nend a/z",
		},
		{"fences: b/x has the token 1 of db, after a/x had 2", "start a/x db=0:2\nend a/x\nstart b/x db=0:1\nend b/x"},
		{"fences: b/x has the token 1 of db, as a/x has", "start a/x db=0:1\nend a/x\nstart b/x db=0:1\nend b/x"},
		{"fences: b/x has the token 1 of db, as a/x has", "start a/x db=shared:1\nstart b/x db=shared:1\nend a/x\nend b/x"},
		{"fences: b/x has the token 1 of db, after a/x had 2", "start a/x db=shared:2\nend a/x\nstart b/x db=0:1\nend b/x"},
		{"runs: a/x started twice", "start a/x db=0\nend a/x\nstart a/x db=0"},
		{"runs: a/x goes on before its start or after its end", "start a/x db=0\nend a/x\ntouch a/x"},
		{"runs: a reports that x passed, which did not get to its end", "start a/x db=0\ntouch a/x"},
	} {
		r := newRound(t, c.log)
		if strings.Contains(c.log, "kill a/x") {
			r.run("a").Report, r.run("a").ExitCode = report([]string{"x:signal"}), 137
		}
		r.want(strings.Split(c.want, "\n")...)
	}
}

// Tokens say nothing about uses that could overlap.
func TestTokensOfWhoShares(t *testing.T) {
	newRound(t, "start a/x db=shared:2\nend a/x\nstart b/x db=shared:1\nstart b/y db=shared:1\nend b/x\nend b/y").want()
	newRound(t, "start a/x pg=0:2\nend a/x\nstart b/x pg=1:1\nend b/x").want()
}

func TestInstancesBelongToTheirUnits(t *testing.T) {
	r := newRound(t, "start a/x pg=1\nend a/x")
	r.Records[0].Uses[0].Instances = []string{"pg0"}
	r.want(`units: pg: a/x was given ["pg0"] as the units [1]`)
	r.Records[0].Uses[0].Slots, r.Records[0].Uses[0].Instances = nil, nil
	r.want("units: pg: a/x uses 1 units, and was given []")
}

// Some logs do not say which units a use was granted: then uses exclude each other if the group has
// too few for both.
func TestPartsWithoutUnits(t *testing.T) {
	g := check.Group{Capacity: 3, Rate: 1, Window: 20 * time.Millisecond}
	use := func(by string, weight int, from, until caselog.Instant, fence int64) check.Use {
		return check.Use{
			Use: caselog.Use{Group: "pool", Weight: weight, Fence: fence},
			By:  by, Run: by, From: from, Until: until, Born: from.Add(time.Hour),
		}
	}
	a := use("a", 2, 1, 10, 7)
	for _, c := range []struct {
		next check.Use
		want check.Findings
	}{
		{use("b", 1, 5, 20, 8), nil},
		{use("b", 2, 5, 20, 8), check.Findings{"capacity: pool, of capacity 3, is used at once by a, b"}},
		{use("b", 1, 10, 20, 6), nil},
		{use("b", 2, 10, 20, 6), check.Findings{"fences: b has the token 6 of pool, after a had 7"}},
		{use("b", 1, 10, 20, 7), check.Findings{"fences: b has the token 7 of pool, as a has"}},
		{use("b", 1, 10, 20, 0), nil},
	} {
		uses := []check.Use{a, c.next}
		found := slices.Concat(check.Exclusion("pool", g, uses), check.Fences("pool", g, uses))
		if !slices.Equal(found, c.want) {
			t.Errorf("%+v: found %q, want %q", c.next, found, c.want)
		}
		if found := check.Rate("pool", g, uses); len(found) != 1 {
			t.Errorf("%+v: found %q, want one window with too many", c.next, found)
		}
	}
}

// A killed holder counts until it was killed: it cannot log its end.
func TestKilledHoldersCountUntilThen(t *testing.T) {
	r := newRound(t, "start a/x db=0\nkill a/x\nstart b/x db=0\nend b/x")
	r.run("a").Report, r.run("a").ExitCode = report([]string{"x:signal"}), 137
	r.want()

	r = newRound(t, "start a/x db=0\nkill a/x\nstart b/x db=0\nend b/x\nkill a")
	r.run("a").Killed, r.run("a").Report = true, nil
	r.want()

	r = newRound(t, "start a/x db=0\nkill a\nstart b/x db=0\ntouch a/x\nend b/x")
	r.run("a").Killed, r.run("a").Report = true, nil
	outlived := "outlived: db: a/x, or what it has started, goes on beside the next one"
	if seen := r.want(outlived); seen.Orphans != 1 || seen.OrphanedFor != 2*time.Millisecond || seen.Overlaps != 1 {
		t.Errorf("saw %+v, want an orphan of 2 ms beside the next one", seen)
	}
}

// A case whose lock files are replaced counts for nothing from then on, is gone within a second,
// and does not pass.
func TestRewrittenFilesAreLost(t *testing.T) {
	const log = "start a/x db=0\nrewrite files db=0\ntouch a/x\nstart b/x db=0\ntouch a/x\nend b/x"
	// Its process was there some time before.
	before := func(log string) *round {
		r := newRound(t, log)
		r.Records[0].Born -= caselog.Instant(20 * time.Millisecond)
		return r
	}
	r := before(log)
	r.forget("files")
	r.run("a").Report, r.run("a").ExitCode = report([]string{"x:infrastructure"}), 69
	if seen := r.want(); seen.Lost != 1 || seen.LostFor != 3*time.Millisecond || seen.Overlaps != 0 {
		t.Errorf("saw %+v", seen)
	}

	r = before(log + "\nrewritten files db=0\nend a/x")
	r.forget("files")
	r.want("losses: a reports that x passed, which had lost a group")

	r = before(log + "\ntouch a/x")
	r.forget("files")
	r.Records[len(r.Records)-1].At += caselog.Instant(2 * time.Second)
	r.run("a").Report, r.run("a").ExitCode = report([]string{"x:infrastructure"}), 69
	r.want("losses: a/x goes on for 2.005s after its lock files were written again")

	r = newRound(t, log+"\nrewritten files db=0\nend a/x") // it may have got its groups in between
	r.forget("files")
	r.want()

	r = before("start a/x db=0\nrewrite files db=0\nrewritten files db=0\nstart b/x db=0\nend b/x\nkill a/x")
	r.forget("files") // what is killed in the end had been stopped before
	r.run("a").Report, r.run("a").ExitCode = report([]string{"x:infrastructure"}), 69
	r.want()

	// The same if the runner is killed later: it has ended its case by then.
	r = before("start a/x db=0\nstop a/x\nrewrite files db=0\nrewritten files db=0\nstart b/x db=0\nend b/x\nkill a")
	r.forget("files")
	r.run("a").Killed, r.run("a").Report = true, nil
	r.want()

	// Not if the other one began before the files were written again.
	r = before("start a/x db=0\nstart b/x db=0\nend b/x\nrewrite files db=0\nrewritten files db=0\nkill a")
	r.forget("files")
	r.run("a").Killed, r.run("a").Report = true, nil
	r.want("capacity: db, of capacity 1, is used at once by a/x, b/x", "units: db: unit 0 is used at once by a/x and b/x")
}

// A later loss of its group is no excuse for a case that continues beside the next one.
func TestOutlivedBeforeItWasLost(t *testing.T) {
	r := newRound(t, "start a/x db=0\nkill a\nstart b/x db=0\nend b/x\ntouch a/x\nrewrite files db=0\ntouch a/x")
	r.forget("files")
	r.run("a").Killed, r.run("a").Report = true, nil
	r.want("outlived: db: a/x, or what it has started, goes on beside the next one")
}

// If groups do not fail by themselves, only cases whose group was broken while their runner ran
// may be refused.
func TestOnlyWhatWasBrokenIsRefused(t *testing.T) {
	unexplained := "runs: a reports that y is bad (infrastructure), and nobody has killed it"
	for log, want := range map[string][]string{
		"start a/x db=0\nend a/x\nbreak memory calls=0\nmend memory calls=0":                          nil,
		"start a/x db=0\nbreak memory calls=0\nend a/x":                                               nil,
		"start a/x db=0\nbreak memory db=0\nmend memory db=0\nend a/x":                                {unexplained},
		"break memory calls=0\nmend memory calls=0\nstart b/z pg=0\nend b/z\nstart a/x db=0\nend a/x": {unexplained},
	} {
		r := newRound(t, log)
		r.forget("memory")
		a := r.run("a")
		a.Cases, a.Groups["y"], a.ExitCode, a.Report = []string{"x", "y"}, []string{"pg", "calls"}, 69, report([]string{"x", "y:infrastructure"})
		a.Begun = r.Records[0].At
		if strings.HasPrefix(log, "break") {
			r.Records[0].At, r.Records[1].At = 0, 0 // long before
			a.Begun = caselog.Instant(time.Hour)
		}
		r.want(want...)
	}
}

// A case that has failed by its own word is reported as bad, in whichever way.
func TestFailedByItsOwnWord(t *testing.T) {
	for outcome, want := range map[string][]string{
		"x:failed": nil, "x:infrastructure": nil, "x": {"runs: a reports that x passed, which said that it had failed"},
	} {
		r := newRound(t, "start a/x db=0\nend a/x")
		r.Failed = map[string]bool{"a/x": true}
		a := r.run("a")
		if a.Report = report([]string{outcome}); strings.Contains(outcome, ":") {
			a.ExitCode = 1
		}
		r.want(want...)
	}
}

// A case whose runner may have ended it, since something is broken that it needs, counts until it
// last did something, whenever the runner was killed.
func TestEndedByItsRunner(t *testing.T) {
	for log, want := range map[string][]string{
		"start a/x db=0\ntouch a/x\nbreak keeper pg=0\nmend keeper pg=0\nstart b/x db=0\nend b/x\nkill a": nil,
		"start a/x db=0\ntouch a/x\nstart b/x db=0\nend b/x\nkill a":                                      strings.Split(twoOfDB, "\n"),
	} {
		r := newRound(t, log)
		r.forget("keeper")
		a := r.run("a")
		a.Groups["x"], a.Killed, a.Report = []string{"db", "pg"}, true, nil
		r.want(want...)
	}
}

// A case that is killed after its end is reported as passed, with a failure around it.
func TestKilledAfterTheEnd(t *testing.T) {
	r := newRound(t, "start a/x db=0\nend a/x\nkill a/x")
	r.run("a").Around, r.run("a").ExitCode, r.run("a").Report = "around", 1, report([]string{"x", "around:exit"})
	r.want()
}

// A mere remark is not a failure.
func TestRemarkAroundTheCases(t *testing.T) {
	r := newRound(t, "start a/x db=0\nend a/x")
	r.run("a").Around, r.run("a").Report = "around", report([]string{"x", "around"})
	r.want()
}

// A holder whose runner stood still for longer than a lease lives has lost its groups, from the
// moment in which the lease may have expired.
func TestStoppedHoldersLoseTheirGroups(t *testing.T) {
	const log = "start a/x db=0\nstop a\ntouch a/x\ntouch a/x\nstart b/x db=0\ntouch a/x\ncontinue a\nend b/x"
	together := strings.Split(twoOfDB, "\n")
	for loss, want := range map[time.Duration][]string{
		0:                    together,
		3 * time.Millisecond: nil,
		4 * time.Millisecond: together, // b was too early
		9 * time.Millisecond: together, // a stood still for less
	} {
		r := newRound(t, log)
		r.Loss, r.Faulty = loss, true
		r.run("a").Report, r.run("a").ExitCode = report([]string{"x:infrastructure"}), 69
		if seen := r.want(want...); seen.Refused != 1 {
			t.Errorf("saw %+v", seen)
		}
	}
}

// A start that was counted long before it happened says nothing about the rate.
func TestRateLeavesOutWhoStoodStill(t *testing.T) {
	newRound(t, "start a/x calls=0\nend a/x\nstop b\ncontinue b\nstart b/y calls=0\nend b/y\nstart a/z calls=0\nend a/z").want()
}

func TestReports(t *testing.T) {
	const log = "start a/x db=0\nend a/x\nstart a/y db=0\nend a/y"
	for want, change := range map[string]func(*round){
		"runs: a reports y 0 times, not once": func(r *round) { r.run("a").Report = report([]string{"x"}) },
		"runs: a reports y 2 times, not once": func(r *round) { r.run("a").Report = report([]string{"x", "y", "y"}) },
		"runs: a reports z, which it does not have": func(r *round) {
			r.run("a").Report = report([]string{"x", "y", "z"})
		},
		"runs: a exits with 1, and reports [{Name:x Bad:false Type:} {Name:y Bad:false Type:}]": func(r *round) { r.run("a").ExitCode = 1 },
		"runs: a reports that y is bad (infrastructure), and nobody has killed it": func(r *round) {
			r.run("a").Report, r.run("a").ExitCode = report([]string{"x", "y:infrastructure"}), 69
		},
		"runs: a reports that y is bad (exit), and nobody has killed it": func(r *round) {
			r.Faulty = true
			r.run("a").Report, r.run("a").ExitCode = report([]string{"x", "y:exit"}), 1
		},
		"runs: a reports that y passed, of which a write was rejected": func(r *round) { r.Rejected = map[string]bool{"a/y": true} },
		"runs: a: test.xml: EOF": func(r *round) { r.run("a").Report = nil },
		"runs: a reports around, which it does not have": func(r *round) {
			r.run("a").Around, r.run("a").ExitCode, r.run("a").Report = "around", 1, report([]string{"x", "y", "around:exit"})
		},
		"hangs: a did not end": func(r *round) { r.run("a").Hung = true },
		"runs: a reports that w passed, which did not get to its end": func(r *round) {
			r.run("a").Killed, r.run("a").Report = true, report([]string{"w"})
			r.run("a").Cases = []string{"w", "x", "y"}
		},
	} {
		r := newRound(t, log)
		change(r)
		r.want(strings.Split(want, "\n")...)
	}
}
