package main

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/ownmemory"
	"github.com/interlock-build/rules_interlock/e2e/servicechaos/casework"
	"github.com/interlock-build/rules_interlock/e2e/servicechaos/instance"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// judge checks what was seen from outside.
func (r *round) judge(took time.Duration) (outcome, error) {
	what := check.Round{Groups: map[string]check.Group{}, Records: r.world.Records, Failed: failed(r.world.Records)}
	for _, g := range r.plan.groups {
		for n := range builds {
			what.Groups[r.plan.logged(g.name, n)] = check.Group{Capacity: g.capacity}
		}
	}
	for _, runner := range r.world.Runners() {
		run, err := runner.result()
		if err != nil {
			return outcome{}, err
		}
		what.Runs = append(what.Runs, run)
	}
	seen, found := check.Check(what)
	stays := r.staysIn(r.world.Records)
	found = slices.Concat(found, r.findings, together(stays), r.notReset(stays), r.changed(r.world.Records), r.unexcused(what.Runs),
		passedWithoutKeeper(r.world.Records, stays, what.Runs))
	return outcome{
		Took: took, Faults: r.faults.Done(), Findings: found, Seen: summaryOf(seen, what, stays),
	}, nil
}

// failed returns the cases that have failed by their own word.
func failed(records []caselog.Record) map[string]bool {
	all := map[string]bool{}
	for _, record := range records {
		if record.Facts[casework.Failed] != "" {
			all[record.Run+"/"+record.Case] = true
		}
	}
	return all
}

// stay is the time of a case on an instance.
type stay struct {
	run, name, group, id string
	// found is the run whose mark it has found there.
	found       string
	from, until caselog.Instant
	// ended says whether it came to its end.
	ended bool
}

const never = caselog.Instant(math.MaxInt64)

func (s stay) by() string { return s.run + "/" + s.name }

// staysIn returns the stays of all cases, in the order of their begin. A killed case counts until
// then.
func (r *round) staysIn(records []caselog.Record) (stays []stay) {
	killed := map[string]caselog.Instant{}
	for _, record := range records {
		who := record.Run + "/" + record.Case
		switch record.Event {
		case caselog.Start:
			for _, u := range record.Uses {
				stays = append(stays, stay{
					run: record.Run, name: record.Case, group: u.Group, id: record.Facts[casework.Instance+":"+u.Group], from: record.At, until: record.At,
				})
			}
		case caselog.Touch, caselog.End:
			for i := range stays {
				if s := &stays[i]; s.by() == who && killed[who] == 0 && killed[record.Run+"/"] == 0 {
					s.until, s.ended = record.At, record.Event == caselog.End
					s.found = cmp.Or(s.found, record.Facts[casework.Found+":"+s.group])
				}
			}
		case caselog.Kill:
			if killed[who] == 0 {
				killed[who] = record.At
			}
		}
	}
	return stays
}

// together finds cases of two runners on one instance at once.
func together(stays []stay) (found check.Findings) {
	check.Sweep(stays, func(s stay) (from, until caselog.Instant) { return s.from, s.until }, func(underWay []stay) {
		latest := underWay[len(underWay)-1]
		for _, other := range underWay[:len(underWay)-1] {
			if other.id == latest.id && other.by() != latest.by() {
				found.Add("together", "%s: %s and %s are on the instance %s at once", latest.group, other.by(), latest.by(), latest.id)
			}
		}
	})
	return found
}

// notReset finds cases that came to an instance that another run had used, and that was not reset.
// Without a reset they find what the last one has left in good order, and nothing of one that was
// killed.
func (r *round) notReset(stays []stay) (found check.Findings) {
	for _, s := range stays {
		if s.found == "" {
			continue
		}
		switch {
		case r.resets(s.group):
			found.Add("reset", "%s: %s has come to an instance that %s had used", s.group, s.by(), s.found)
		case r.wasKilledOn(s.found, s, stays):
			found.Add("reset", "%s: %s has come to an instance that %s had used, which was killed", s.group, s.by(), s.found)
		}
	}
	return found
}

func (r *round) resets(logged string) bool {
	return slices.ContainsFunc(r.plan.groups, func(g group) bool { return strings.HasPrefix(logged, g.name) && g.reset })
}

// wasKilledOn reports whether a runner was killed while a case of it used the instance of a later
// stay.
func (r *round) wasKilledOn(run string, later stay, stays []stay) bool {
	return slices.ContainsFunc(stays, func(s stay) bool {
		return s.run == run && s.id == later.id && s.from < later.from && !s.ended && r.wasKilled(run, later.from)
	})
}

// wasKilled reports whether a runner was killed before a moment.
func (r *round) wasKilled(run string, before caselog.Instant) bool {
	return slices.ContainsFunc(r.world.Records, func(record caselog.Record) bool {
		return record.Event == caselog.Kill && record.Run == run && record.Case == "" && record.At < before
	})
}

// changed finds instances that others have used or reset while a case used them.
func (r *round) changed(records []caselog.Record) (found check.Findings) {
	for _, record := range records {
		for fact, who := range record.Facts {
			if group, is := strings.CutPrefix(fact, casework.Changed+":"); is && !(who == casework.Nobody && r.isExcused(record, group)) {
				found.Add("together", "%s: %s/%s found there the mark of %s", group, record.Run, record.Case, who)
			}
		}
	}
	return found
}

// isExcused reports whether the files of a case's instance may be removed while it dies: its keeper
// was killed, its runner was, or its unit was lost.
func (r *round) isExcused(at caselog.Record, group string) bool {
	return r.wasKilled(at.Run, at.At) || slices.ContainsFunc(r.world.Records, func(record caselog.Record) bool {
		return record.At <= at.At && record.At > at.At.Add(-3*time.Second) && (record.Event == caselog.Break || record.Event == caselog.Rewrite) &&
			slices.ContainsFunc(record.Uses, func(u caselog.Use) bool { return u.Group == keeperBroken || u.Group == group })
	})
}

// unexcused finds cases that have failed by their own word although nothing was done to what they
// used. If the keeper was killed, or the unit lost, the case counts as an infrastructure failure.
func (r *round) unexcused(runs []check.Run) (found check.Findings) {
	for _, record := range r.world.Records {
		why := record.Facts[casework.Failed]
		if why == "" {
			continue
		}
		run := runs[slices.IndexFunc(runs, func(run check.Run) bool { return run.Name == record.Run })]
		if !r.wasBroken(run, record) && !isRefused(run, record.Case) {
			found.Add("words", "%s/%s fails by its own word, and nothing was done to what it uses: %s", record.Run, record.Case, why)
		}
	}
	return found
}

// wasBroken reports whether a service that a case uses was hit before a moment.
func (r *round) wasBroken(run check.Run, at caselog.Record) bool {
	return run.Killed || slices.ContainsFunc(r.world.Records, func(record caselog.Record) bool {
		if record.At > at.At {
			return false
		}
		return record.Event == caselog.Break && slices.ContainsFunc(record.Uses, func(u caselog.Use) bool {
			return u.Group != keeperBroken && slices.Contains(run.Groups[at.Case], u.Group)
		})
	})
}

// passedWithoutKeeper finds cases that are reported as passed, although the keeper that had lent their
// instance ended while they ran.
func passedWithoutKeeper(records []caselog.Record, stays []stay, runs []check.Run) (found check.Findings) {
	lent := map[string]bool{}
	for _, record := range records {
		if record.Event == instance.Setup && strings.HasPrefix(record.Facts[instance.Dir], ownmemory.Path) {
			lent[record.Facts[instance.ID]] = true
		}
	}
	for _, s := range stays {
		at := slices.IndexFunc(runs, func(run check.Run) bool { return run.Name == s.run })
		if lent[s.id] && s.ended && keeperEnded(records, s.from, s.until) && hasPassed(runs[at], s.name) {
			found.Add("words", "%s: %s passed, and its keeper had ended", s.group, s.by())
		}
	}
	return found
}

// keeperEnded reports whether a keeper was ended from the first to the last moment of that within some
// time.
func keeperEnded(records []caselog.Record, from, until caselog.Instant) bool {
	began := never
	for _, record := range records {
		if !slices.ContainsFunc(record.Uses, func(u caselog.Use) bool { return u.Group == keeperBroken }) {
			continue
		}
		switch {
		case record.Event == caselog.Break:
			began = record.At
		case record.Event == caselog.Mend && began >= from && record.At <= until:
			return true
		}
	}
	return false
}

func hasPassed(run check.Run, name string) bool {
	outcomes, _ := check.ParseReport(run.Report)
	return slices.ContainsFunc(outcomes, func(o check.Outcome) bool { return o.Name == name && !o.Bad })
}

// isRefused reports whether a case is reported as an infrastructure failure.
func isRefused(run check.Run, name string) bool {
	outcomes, _ := check.ParseReport(run.Report) // check.Check says what is wrong
	return slices.ContainsFunc(outcomes, func(o check.Outcome) bool { return o.Name == name && o.Type == "infrastructure" })
}

// summaryOf returns what was seen.
func summaryOf(s check.Summary, what check.Round, stays []stay) summary {
	all := summary{Runners: s.Runs, Cases: s.Cases, Contended: s.Contended, Refused: s.Refused, Orphans: s.Orphans, Failed: len(what.Failed)}
	for _, record := range what.Records {
		if record.Run != instance.Run {
			continue
		}
		switch record.Event {
		case instance.Setup:
			all.Setups++
			if strings.HasPrefix(record.Facts[instance.Dir], ownmemory.Path) {
				all.Kept++
			}
		case instance.Health:
			all.Checks++
		case instance.Reset:
			all.Resets++
		}
	}
	last := map[string]string{} // the run on an instance
	for _, s := range stays {
		if before := last[s.id]; before != "" && before != s.run {
			all.Handovers++
		}
		last[s.id] = s.run
	}
	return all
}
