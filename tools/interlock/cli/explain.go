package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/interlock-build/rules_interlock/internal/planfile"
	"github.com/interlock-build/rules_interlock/internal/quantum"
)

// maxLongest is how many of the longest cases are listed.
const maxLongest = 5

// explain prints a plan for people.
func explain(f planfile.File, w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	known, measured := timesOf(f)
	fmt.Fprintf(table, "%s: %s, %d with a known time, on %s\n", f.Label, count(len(f.Cases), "case"), known, workersOf(f))
	explainGroups(f, table)
	explainShards(f, table)
	explainLongest(f, table)
	fmt.Fprintf(table, "\nbound:    %s (%s)\n", seconds(f.Bound.Seconds), cmp.Or(f.Bound.Why, "there is nothing to do"))
	fmt.Fprintf(table, "expected: %s%s\n", seconds(f.Makespan), aboveBound(f))
	explainMarks(known < len(f.Cases), measured > 0, table)
	return table.Flush()
}

// timesOf counts the cases whose times are known, and those of them that were measured.
func timesOf(f planfile.File) (known, measured int) {
	for _, c := range f.Cases {
		if c.Known || c.Measured {
			known++
		}
		if c.Measured {
			measured++
		}
	}
	return known, measured
}

// explainMarks says what the marks behind times mean.
func explainMarks(unknown, measured bool, w io.Writer) {
	if measured {
		fmt.Fprintf(w, "\n* is what it took in its last runs (bazel-testlogs). "+
			"To divide and order the cases by that, see: interlock timings\n")
	}
	if unknown {
		fmt.Fprintf(w, "\n? is a time that is not known: the median of those that are, or else 1 s. "+
			"To collect times, run the test, and see: interlock timings\n")
	}
}

func workersOf(f planfile.File) string {
	if f.Workers == 0 {
		return count(f.Shards, "shard") + ", in order"
	}
	each := ""
	if f.Shards > 1 {
		each = " each"
	}
	return fmt.Sprintf("%s with %s%s", count(f.Shards, "shard"), count(f.Workers, "worker"), each)
}

func explainGroups(f planfile.File, w io.Writer) {
	if len(f.Groups) == 0 {
		return
	}
	fmt.Fprint(w, "\ngroup\tcapacity\tscope\tcases\tchain\n")
	for _, g := range f.Groups {
		capacity := fmt.Sprint(g.Capacity)
		if g.Rate != "" {
			capacity += ", " + g.Rate
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", g.Label, capacity, g.Scope, g.Cases, seconds(g.Chain))
	}
	for _, g := range f.Groups {
		if g.Setup != "" {
			fmt.Fprintf(w, "\n%s is started by %s. While others wait, a test keeps what it has started for %d times as long as that\n"+
				"took, and for %s at most.\n", g.Label, g.Setup, quantum.Worth, quantum.Longest)
		}
	}
}

func explainShards(f planfile.File, w io.Writer) {
	cases, load := make([]int, f.Shards), make([]float64, f.Shards)
	for _, c := range f.Cases {
		cases[c.Shard]++
		load[c.Shard] += c.Seconds
	}
	fmt.Fprint(w, "\nshard\tcases\twork\n")
	for shard := range f.Shards {
		fmt.Fprintf(w, "%d\t%d\t%s\n", shard, cases[shard], seconds(load[shard]))
	}
}

func explainLongest(f planfile.File, w io.Writer) {
	if len(f.Cases) == 0 {
		return
	}
	cases := slices.Clone(f.Cases)
	slices.SortStableFunc(cases, func(a, b planfile.Case) int { return cmp.Compare(b.Seconds, a.Seconds) })
	fmt.Fprint(w, "\nlongest cases\ttime\tshard\tgroups\n")
	for _, c := range cases[:min(len(cases), maxLongest)] {
		fmt.Fprintf(w, "%s\t%s%s\t%d\t%s\n", c.Name, seconds(c.Seconds), sourceOf(c), c.Shard, groupsOf(c))
	}
}

// sourceOf marks a time that does not come from the test's timings.
func sourceOf(c planfile.Case) string {
	switch {
	case c.Measured:
		return " *"
	case !c.Known:
		return " ?"
	}
	return ""
}

// groupsOf names the groups of a case in the form of a rule.
func groupsOf(c planfile.Case) string {
	var groups []string
	for _, n := range c.Needs {
		switch {
		case n.Mode == "shared":
			groups = append(groups, n.Group+"=shared")
		case n.Weight > 1:
			groups = append(groups, fmt.Sprintf("%s=%d", n.Group, n.Weight))
		default:
			groups = append(groups, n.Group)
		}
	}
	if c.Serial {
		groups = append(groups, "serial")
	}
	return cmp.Or(strings.Join(groups, " "), "-")
}

func aboveBound(f planfile.File) string {
	if f.Bound.Seconds == 0 {
		return ""
	}
	if above := 100 * (f.Makespan/f.Bound.Seconds - 1); above >= 0.5 {
		return fmt.Sprintf(", %.0f %% above the bound", above)
	}
	return ", the bound"
}

// seconds prints to the millisecond, as in test.xml, where that matters.
func seconds(s float64) string {
	if s < 1 {
		return fmt.Sprintf("%.3f s", s)
	}
	return fmt.Sprintf("%.1f s", s)
}

// count prints a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
