// Package judge decides from outside whether tests on a cluster kept to what their groups allow,
// and whether their results are true. It reads the log of the witness, and what Bazel reports.
package judge

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// Round is everything to judge.
type Round struct {
	// Groups are the groups, by name.
	Groups map[string]check.Group
	// Cases are those that each target has.
	Cases []string
	// Runs are how often each target runs, and Targets are the targets.
	Runs    int
	Targets []string
	// Records is the log.
	Records []caselog.Record
	// Results are those of Bazel.
	Results []Result
	// Rejected are the cases, as RUN/CASE, that the fenced resource has rejected.
	Rejected map[string]bool
	// Faulty says whether there were faults. Otherwise everything has to pass, at the first attempt.
	Faulty bool
	// Loss is as in check.Round.
	Loss time.Duration
}

// Summary is what was seen.
type Summary struct {
	check.Summary
	// Results is the number of results of shards, and Failed how many of them are bad.
	Results, Failed int
	// Again is how often a case was started again, because its first runner was gone.
	Again int
	// Workers is how many workers ran cases.
	Workers int
	// Peaks is the largest use of each group: exclusive units, and shared uses.
	Peaks map[string]Peak
}

// Peak is the largest use of a group.
type Peak struct{ Units, Sharers int }

// String is the summary in one line.
func (s Summary) String() string {
	return fmt.Sprintf("%d results, %d bad; %d cases on %d workers, %d started again, %d contended, %d refused",
		s.Results, s.Failed, s.Cases, s.Workers, s.Again, s.Contended, s.Refused)
}

// Check judges a round.
func Check(r Round) (Summary, check.Findings) {
	var found check.Findings
	results := last(r.Results)
	r.Records = withOneToken(r.Records)
	seen, inner := check.Check(check.Round{
		Groups: r.Groups, Runs: r.reported(results), Records: r.Records, Rejected: r.Rejected, Loss: r.Loss, Faulty: r.Faulty,
	})
	found = append(found, inner...)
	all := Summary{Summary: seen, Results: len(results), Peaks: r.peaks()}
	for _, result := range results {
		if !result.Passed() {
			all.Failed++
			if !r.Faulty {
				found.Add("results", "shard %d of run %d of %s is %s", result.Shard, result.Run, result.Target, result.Status)
			}
		}
	}
	starts := r.starts()
	workers := map[string]bool{}
	for _, records := range starts {
		all.Again += len(records) - 1
		for _, record := range records {
			workers[runOf(record.Run).worker] = true
		}
	}
	all.Workers = len(workers)
	r.checkCases(results, starts, &found)
	slices.Sort(found)
	return all, found
}

// withOneToken leaves a token only with the first of the cases that have it from the same process:
// what a process of Go tests holds, it keeps from one test to the next.
func withOneToken(records []caselog.Record) []caselog.Record {
	type holder struct {
		run, group string
		pid        int
		fence      int64
	}
	had := map[holder]bool{}
	records = slices.Clone(records)
	for i := range records {
		records[i].Uses = slices.Clone(records[i].Uses)
		for j, u := range records[i].Uses {
			h := holder{records[i].Run, u.Group, records[i].PID, u.Fence}
			if had[h] {
				records[i].Uses[j].Fence = 0
			}
			had[h] = true
		}
	}
	return records
}

// last returns the last attempt of each shard.
func last(results []Result) []Result {
	type key struct {
		target     string
		run, shard int
	}
	of := map[key]Result{}
	for _, result := range results {
		k := key{result.Target, result.Run, result.Shard}
		if result.Attempt >= of[k].Attempt {
			of[k] = result
		}
	}
	return slices.SortedFunc(maps.Values(of), func(a, b Result) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.Run, b.Run), cmp.Compare(a.Shard, b.Shard))
	})
}

// run is the name of a run in the log, taken apart.
type run struct {
	target, number, worker, runner string
}

func runOf(name string) run {
	fields := append(strings.Fields(name), "", "", "", "")
	return run{fields[0], fields[1], fields[2], fields[3]}
}

// Runner returns the number of the process of a run's runner, and its worker.
func Runner(name string) (pid int, worker string) {
	r := runOf(name)
	pid, _ = strconv.Atoi(r.runner)
	return pid, r.worker
}

// Witnessed returns the name of the run that a test's log is of; empty if no case was started.
func Witnessed(log []byte) string {
	for line := range strings.Lines(string(log)) {
		if _, name, found := strings.Cut(line, "witness: "); found {
			at := strings.LastIndex(name, "/")
			return name[:max(at, 0)]
		}
	}
	return ""
}

// reported returns the runs of runners that Bazel has results of, with what they reported.
func (r Round) reported(results []Result) (runs []check.Run) {
	begun, ended := r.span()
	killed := map[string]bool{}
	for _, record := range r.Records {
		if record.Event == caselog.Kill && record.Case == "" {
			killed[record.Run] = true
		}
	}
	for _, result := range results {
		name := Witnessed(result.Log)
		if name == "" || result.Report == nil {
			continue
		}
		outcomes, err := check.ParseReport(result.Report)
		if err != nil {
			outcomes = nil // check says so
		}
		of := check.Run{
			Name: name, Begun: begun, Ended: ended, Report: result.Report, Killed: killed[name], Groups: map[string][]string{},
		}
		for _, outcome := range outcomes {
			if slices.Contains(r.Cases, outcome.Name) {
				of.Cases = append(of.Cases, outcome.Name)
			}
		}
		if !result.Passed() {
			of.ExitCode = 1
		}
		runs = append(runs, of)
	}
	return runs
}

func (r Round) span() (from, until caselog.Instant) {
	for _, record := range r.Records {
		if from == 0 || record.At < from {
			from = record.At
		}
		until = max(until, record.At)
	}
	return from, until
}

// which is a case of a run of a target, whatever runner it had.
type which struct{ target, number, name string }

func (w which) String() string { return fmt.Sprintf("%s of run %s of %s", w.name, w.number, w.target) }

func (r Round) starts() map[which][]caselog.Record {
	starts := map[which][]caselog.Record{}
	for _, record := range r.Records {
		if record.Event == caselog.Start {
			of := runOf(record.Run)
			w := which{of.target, of.number, record.Case}
			starts[w] = append(starts[w], record)
		}
	}
	return starts
}

// checkCases checks that each case ran once, and that none is missing from the reports.
func (r Round) checkCases(results []Result, starts map[which][]caselog.Record, found *check.Findings) {
	reported, bare := map[which]int{}, map[which]bool{}
	for _, result := range results {
		number := strconv.Itoa(result.Run)
		outcomes, _ := check.ParseReport(result.Report)
		for _, outcome := range outcomes {
			reported[which{result.Target, number, outcome.Name}]++
		}
		if len(outcomes) == 0 && r.Faulty {
			bare[which{target: result.Target, number: number}] = true
		}
	}
	for _, target := range r.Targets {
		for number := range r.Runs {
			for _, name := range r.Cases {
				w := which{target, strconv.Itoa(number + 1), name}
				if n := len(starts[w]); !r.Faulty && n != 1 {
					found.Add("once", "%v was started %d times", w, n)
				}
				// What has no report at all is a result that is bad as a whole.
				if n := reported[w]; n > 1 || n == 0 && !bare[which{target: target, number: w.number}] {
					found.Add("lost", "%v is reported %d times", w, n)
				}
			}
		}
	}
}

// peaks returns the largest use of each group.
func (r Round) peaks() map[string]Peak {
	peaks := map[string]Peak{}
	uses := map[string][]check.Use{}
	ends := map[string]caselog.Instant{}
	for _, record := range r.Records {
		ends[record.Run+"/"+record.Case] = record.At
	}
	for _, record := range r.Records {
		if record.Event != caselog.Start {
			continue
		}
		for _, u := range record.Uses {
			by := record.Run + "/" + record.Case
			uses[u.Group] = append(uses[u.Group], check.Use{Use: u, By: by, Run: record.Run, From: record.At, Until: ends[by]})
		}
	}
	for name := range r.Groups {
		check.SweepUses(uses[name], func(underWay []check.Use) {
			now, most := check.UsageOf(underWay), peaks[name]
			peaks[name] = Peak{max(most.Units, now.Units), max(most.Sharers, len(now.Sharers))}
		})
	}
	return peaks
}
