package command

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// writeText writes r for people.
func (r Report) writeText(w io.Writer) error {
	if len(r.Groups) == 0 {
		text := "nothing is held or waited for"
		if len(r.Problems) > 0 {
			text += ", as far as can be seen"
		}
		if _, err := fmt.Fprintln(w, text); err != nil {
			return err
		}
	}
	for _, g := range r.Groups {
		if err := r.writeGroup(w, g); err != nil {
			return err
		}
	}
	return r.writeServices(w)
}

func (r Report) writeGroup(w io.Writer, g Group) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "%s %s: %s%s\n", g.Scope, g.name(), g.definition(), r.whereIs(g))
	for _, u := range g.Holders {
		fmt.Fprintf(table, "  holds\t%s\t%s\t%s\n", u.units(), u.user(), r.since(u))
	}
	for _, u := range g.Queue {
		fmt.Fprintf(table, "  waits\t%s\t%s\t%s\n", u.units(), u.user(), r.since(u))
	}
	return table.Flush()
}

// definition describes g, as in "capacity 2, rate 60/m".
func (g Group) definition() string {
	text := fmt.Sprintf("capacity %d", g.Capacity)
	if g.Rate != "" {
		text += ", rate " + g.Rate
	}
	if len(g.Instances) > 0 {
		text += ", instances " + strings.Join(g.Instances, ", ")
	}
	return text
}

// whereIs distinguishes g from groups with the same name.
func (r Report) whereIs(g Group) string {
	for _, other := range r.Groups {
		if other.Scope == g.Scope && other.name() == g.name() && other.Identity != g.Identity {
			return " (" + g.Identity + ")"
		}
	}
	return ""
}

// units says which units u has or waits for.
func (u Use) units() string {
	var parts []string
	switch {
	case u.Mode == group.Shared.String():
		parts = append(parts, u.Mode)
	case len(u.Instances) > 0:
		parts = append(parts, strings.Join(u.Instances, ", "))
	case len(u.Slots) > 0:
		parts = append(parts, "unit "+joined(u.Slots))
	case u.Weight > 1:
		parts = append(parts, fmt.Sprintf("%d units", u.Weight))
	}
	if u.Fence != 0 {
		parts = append(parts, fmt.Sprintf("fence %d", u.Fence))
	}
	return strings.Join(parts, ", ")
}

func joined(numbers []int) string {
	var texts []string
	for _, n := range numbers {
		texts = append(texts, strconv.Itoa(n))
	}
	return strings.Join(texts, ", ")
}

func (u Use) user() string {
	return cmp.Or(lock.User{Target: u.Target, Case: u.Case}.String(), "somebody")
}

// since says since when, and how long ago that is.
func (r Report) since(u Use) string {
	format := time.TimeOnly
	if r.At.Sub(u.Since) >= 24*time.Hour {
		format = time.DateTime
	}
	return fmt.Sprintf("since %s (%s)", u.Since.Local().Format(format), r.At.Sub(u.Since).Round(time.Second))
}
