package harness

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Table is the result of a benchmark.
type Table struct {
	// Floor describes the column of that name: what there would be without us.
	Floor string
	// Rows are the figures.
	Rows []Row
	// Notes say how it was measured, and what a word in the table means.
	Notes []string
}

// Row is one figure beside its floor.
type Row struct {
	// What was measured.
	What string
	// Floor, Figure, Added and Ratio are as shown; empty if they mean nothing.
	Floor, Figure, Added, Ratio string
	// Bound is the bound to keep, empty if the row is information.
	Bound string
	// Missed says whether the figure exceeds the bound.
	Missed bool
}

// Compare adds a row of durations.
func (t *Table) Compare(what string, floor, figure Samples, limit Limit) {
	row := Row{What: what, Figure: summary(figure), Bound: limit.text}
	if len(floor) > 0 {
		row.Floor, row.Added = summary(floor), Text(figure.Added(floor))
		row.Ratio = fmt.Sprintf("%.2f", figure.Ratio(floor))
	}
	row.Missed = len(figure) == 0 || limit.kept != nil && !limit.kept(floor, figure)
	t.Rows = append(t.Rows, row)
}

// Missed reports whether a bound is missed.
func (t *Table) Missed() bool {
	for _, r := range t.Rows {
		if r.Missed {
			return true
		}
	}
	return false
}

// Markdown returns the table as text that is also legible unrendered.
func (t *Table) Markdown() string {
	cells := [][]string{{"what", "floor", "figure", "added", "ratio", "to reach", "reached"}}
	for _, r := range t.Rows {
		cells = append(cells, []string{r.What, r.Floor, r.Figure, r.Added, r.Ratio, r.Bound, r.reached()})
	}
	text := &strings.Builder{}
	writeGrid(text, cells)
	fmt.Fprintf(text, "\nFloor: %s. Durations are medians, with the 90th percentile behind them.\n", t.Floor)
	for _, note := range t.Notes {
		fmt.Fprintf(text, "\n%s\n", note)
	}
	return text.String()
}

func (r Row) reached() string {
	switch {
	case r.Missed:
		return "**no**"
	case r.Bound != "":
		return "yes"
	}
	return ""
}

// writeGrid writes cells with their columns aligned, the first row as the head.
func writeGrid(text *strings.Builder, cells [][]string) {
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for n, row := range cells {
		for i, cell := range row {
			fmt.Fprintf(text, "| %-*s ", widths[i], cell)
		}
		text.WriteString("|\n")
		if n == 0 {
			for _, width := range widths {
				fmt.Fprintf(text, "|%s", strings.Repeat("-", width+2))
			}
			text.WriteString("|\n")
		}
	}
}

func summary(s Samples) string {
	if len(s) == 0 {
		return "nothing measured"
	}
	return fmt.Sprintf("%s (%s)", Text(s.Median()), Text(s.Quantile(0.9)))
}

// Text returns d with three digits or so.
func Text(d time.Duration) string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		if d.Abs() >= unit.size {
			n := float64(d) / float64(unit.size)
			return fmt.Sprintf("%s %s", digits(n), unit.name)
		}
	}
	return fmt.Sprintf("%d ns", d)
}

func digits(n float64) string {
	switch {
	case n >= 100 || n <= -100:
		return fmt.Sprintf("%.0f", n)
	case n >= 10 || n <= -10:
		return fmt.Sprintf("%.1f", n)
	}
	return fmt.Sprintf("%.2f", n)
}
