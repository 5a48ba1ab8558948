package check

import (
	"math"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// id names a case of a run.
type id struct{ run, name string }

// holding is a case from its start on.
type holding struct {
	id
	start caselog.Record
	// last is when it last did something, and ended says whether that was its end.
	last  caselog.Instant
	ended bool
	// until is the moment until which it counts.
	until caselog.Instant
	// killed is when it or its runner was killed, without an end; 0 is never.
	killed caselog.Instant
}

// use is what a holding uses of one group.
type use struct {
	*holding
	Use
}

// counts returns the uses without the histories of their cases.
func counts(uses []use) (all []Use) {
	for _, u := range uses {
		all = append(all, u.Use)
	}
	return all
}

// history is the log, case by case.
type history struct {
	holdings []*holding
	of       map[id]*holding
	// kills is when runs and cases were first killed.
	kills map[id]caselog.Instant
	// stops are the pauses of each run.
	stops map[string][]pause
	// rewrites is when the lock files of each group were about to be replaced, and rewritten when
	// they had been.
	rewrites, rewritten map[string][]caselog.Instant
	// broken is when acquisitions of each group could fail.
	broken map[string][]pause
}

// pause is the time from a stop or a break until all was well again.
type pause struct{ from, until caselog.Instant }

const never = caselog.Instant(math.MaxInt64)

func newHistory(r Round, found *Findings) *history {
	h := &history{
		of: map[id]*holding{}, kills: map[id]caselog.Instant{}, stops: map[string][]pause{}, broken: map[string][]pause{},
		rewrites: map[string][]caselog.Instant{}, rewritten: map[string][]caselog.Instant{},
	}
	for _, record := range r.Records {
		who := id{record.Run, record.Case}
		switch record.Event {
		case caselog.Start:
			if h.of[who] != nil {
				found.Add("runs", "%s/%s started twice", who.run, who.name)
				continue
			}
			h.of[who] = &holding{id: who, start: record, last: record.At}
			h.holdings = append(h.holdings, h.of[who])
		case caselog.Touch, caselog.End:
			h.went(who, record, found)
		case caselog.Kill:
			if _, before := h.kills[who]; !before {
				h.kills[who] = record.At
			}
		case caselog.Stop:
			if who.name == "" {
				begin(h.stops, who.run, record.At)
			}
		case caselog.Continue:
			if who.name == "" {
				end(h.stops, who.run, record.At)
			}
		case caselog.Break:
			for _, u := range record.Uses {
				begin(h.broken, u.Group, record.At)
			}
		case caselog.Mend:
			for _, u := range record.Uses {
				end(h.broken, u.Group, record.At)
			}
		case caselog.Rewrite:
			note(h.rewrites, record)
		case caselog.Rewritten:
			note(h.rewritten, record)
		}
	}
	for _, holding := range h.holdings {
		h.bound(holding, r)
	}
	return h
}

func begin(pauses map[string][]pause, of string, at caselog.Instant) {
	pauses[of] = append(pauses[of], pause{at, never})
}

func end(pauses map[string][]pause, of string, at caselog.Instant) {
	if n := len(pauses[of]); n > 0 {
		pauses[of][n-1].until = at
	}
}

func note(times map[string][]caselog.Instant, record caselog.Record) {
	for _, u := range record.Uses {
		times[u.Group] = append(times[u.Group], record.At)
	}
}

// went notes that a case has done something.
func (h *history) went(who id, record caselog.Record, found *Findings) {
	holding := h.of[who]
	if holding == nil || holding.ended {
		found.Add("runs", "%s/%s goes on before its start or after its end", who.run, who.name)
		return
	}
	holding.last, holding.ended = record.At, record.Event == caselog.End
}

// bound determines the moment until which a holding counts. That is its end; otherwise the moment
// in which it was killed; otherwise, if its runner has ended it or may have, the moment when it
// last did something. When its runner is killed it no longer counts, although it may still do
// something: it is then an orphan.
func (h *history) bound(holding *holding, r Round) {
	loss := r.Loss
	holding.until = holding.last
	ofCase, caseKilled := h.kills[holding.id]
	ofRun, runKilled := h.kills[id{run: holding.run}]
	// If groups can be lost, its runner may have ended it before. What is killed then is an
	// already dead process.
	switch {
	case holding.ended || loss > 0 || h.mayBeEnded(holding, r.Runs):
	case caseKilled:
		holding.until, holding.killed = ofCase, ofCase
	case runKilled:
		holding.until, holding.killed = ofRun, ofRun
	}
	if runKilled {
		holding.until = min(holding.until, ofRun)
	}
	for _, p := range h.stops[holding.run] {
		if loss > 0 && p.from < holding.until && p.until > holding.start.At && p.until.Sub(p.from) >= loss {
			holding.until = min(holding.until, p.from.Add(loss))
		}
	}
	if at, lost := h.lost(holding); lost {
		holding.until = min(holding.until, at)
	}
	holding.until = max(holding.until, holding.start.At)
}

// noticing is how long a holder may take to notice that its lock files were replaced, and how
// long a case may take to start after it got its groups.
const noticing = time.Second

// lost reports when a holding lost one of its groups, or may have: its lock files were
// written again while it was under way, or just before it was. What is killed may be a
// case that its runner has ended for that reason.
func (h *history) lost(holding *holding) (at caselog.Instant, lost bool) {
	for _, u := range holding.start.Uses {
		for _, at := range h.rewrites[u.Group] {
			if at.Add(noticing) >= holding.start.At && at <= max(holding.last, holding.killed) {
				return at, true
			}
		}
	}
	return 0, false
}

// heldBefore reports whether a case had its groups at some time for certain: its process
// was there.
func (holding *holding) heldBefore(at caselog.Instant) bool {
	return holding.start.Born.Add(caselog.Tick) <= at
}

// orphans returns how many cases outlived their runner, and the longest time.
func (h *history) orphans() (count int, longest time.Duration) {
	for _, holding := range h.holdings {
		if at, killed := h.kills[id{run: holding.run}]; killed && holding.last > at {
			count++
			longest = max(longest, holding.last.Sub(at))
		}
	}
	return count, longest
}

// stopped reports whether a run stood still at any time in an interval.
func (h *history) stopped(run string, from, until caselog.Instant) bool {
	return during(h.stops[run], from, until)
}

func during(pauses []pause, from, until caselog.Instant) bool {
	return slices.ContainsFunc(pauses, func(p pause) bool { return p.from <= until && p.until >= from })
}

// mayBeRefused reports whether one of a case's groups could fail while its runner ran: it was
// broken, or its lock files were replaced.
func (h *history) mayBeRefused(run Run, name string) bool {
	from := run.Begun.Add(-noticing)
	return slices.ContainsFunc(run.Groups[name], func(group string) bool {
		return during(h.broken[group], from, run.Ended) ||
			slices.ContainsFunc(h.rewrites[group], func(at caselog.Instant) bool { return at >= from && at <= run.Ended })
	})
}

// mayBeEnded reports whether a case's own runner may have ended it, because something was broken
// that it needs.
func (h *history) mayBeEnded(holding *holding, runs []Run) bool {
	at := slices.IndexFunc(runs, func(run Run) bool { return run.Name == holding.run })
	return at >= 0 && slices.ContainsFunc(runs[at].Groups[holding.name], func(group string) bool {
		return during(h.broken[group], holding.start.At.Add(-noticing), holding.last.Add(noticing))
	})
}

// overlaps returns the users of a group that did something after another user had begun with the
// same units, although they no longer counted: they or their runner had been killed.
func (h *history) overlaps(g Group, uses []use) (over []use) {
	for _, u := range uses {
		lostAt, lost := h.lost(u.holding)
		if u.last > u.until && slices.ContainsFunc(uses, func(next use) bool {
			return (!lost || next.start.At < lostAt) && next.start.At >= u.until && next.start.At < u.last && next.holding != u.holding && u.Use.excludes(next.Use, g)
		}) {
			over = append(over, u)
		}
	}
	return over
}

// caseKilled reports whether a case of a run was killed.
func (h *history) caseKilled(run string) bool {
	for who := range h.kills {
		if who.run == run && who.name != "" {
			return true
		}
	}
	return false
}

// usesOf returns the uses of a group, in the order in which they began.
func (h *history) usesOf(group string) []use {
	var uses []use
	for _, holding := range h.holdings {
		for _, u := range holding.start.Uses {
			if u.Group == group {
				uses = append(uses, use{holding, holding.use(u)})
			}
		}
	}
	return uses
}

// use is what the holding uses of a group, for as long as the holding counts.
func (holding *holding) use(of caselog.Use) Use {
	return Use{
		Use: of, By: holding.run + "/" + holding.name, Run: holding.run,
		Born: holding.start.Born, From: holding.start.At, Until: holding.until,
	}
}

// withoutPauses returns the uses whose runner did not stand still around their start, so that the
// start was counted just before.
func (h *history) withoutPauses(g Group, uses []use) []use {
	return slices.DeleteFunc(slices.Clone(uses), func(u use) bool { return h.stopped(u.run, u.From.Add(-g.Window), u.From) })
}

// contended counts the uses that began while a use of another run was under way, or had just
// ended, so that the later one may have waited for it.
func contended(uses []use) (count int) {
	const moment = 20 * time.Millisecond
	for i, u := range uses {
		for _, before := range uses[:i] {
			if before.run != u.run && before.until.Add(moment) >= u.start.At {
				count++
				break
			}
		}
	}
	return count
}
