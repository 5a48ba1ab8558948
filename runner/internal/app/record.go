package app

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/options"
	"github.com/interlock-build/rules_interlock/internal/schedule"
	"github.com/interlock-build/rules_interlock/internal/terminal"
	"github.com/interlock-build/rules_interlock/internal/timeline"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

// newRecord returns the record of this shard, with what is known before its cases are.
func newRecord(t task) *report.Record {
	host, _ := os.Hostname() // for people, who can do without
	head := timeline.File{
		Label: t.manifest.Label, Shard: t.env.Shard.Index, Shards: t.env.Shard.Total, Run: t.env.RunNumber, Host: host,
		Start: t.p.started, KeepTogether: string(t.manifest.KeepTogether), Groups: recordedGroups(t.manifest),
	}
	if t.options.Shuffle.On {
		head.Seed = strconv.FormatInt(t.options.Shuffle.Seed, 10)
	}
	return report.NewRecord(head)
}

func recordedGroups(m *manifest.Manifest) (all []timeline.Group) {
	for _, g := range m.Groups {
		described := g.Group()
		one := timeline.Group{
			Label: g.Label, Scope: string(g.Scope), Key: g.Key, Capacity: g.Capacity, Rate: g.Rate.String(), Instances: described.Instances,
		}
		if g.Setup != nil {
			one.Setup = manifest.DisplayPath(g.Setup.Program)
		}
		all = append(all, one)
	}
	return all
}

// noteCases adds the cases of this shard to the record.
func (t task) noteCases(from time.Time, cases []schedule.Case, workers int) {
	recorded := make([]report.RecordedCase, len(cases))
	for i, c := range cases {
		recorded[i] = report.RecordedCase{
			Case: c.Case, Together: togetherBy(c, t.manifest.KeepTogether), Serial: c.Serial, Takes: c.Takes, Needs: c.Needs,
		}
	}
	t.record.Listed(from, time.Now(), workers, recordedGroups(t.manifest), recorded)
}

// recordWriter writes the record among the outputs of a test. That it cannot is no reason to fail.
type recordWriter struct {
	p       invocation
	record  *report.Record
	folder  string // empty for none
	trouble bool   // which was told
}

func (w *recordWriter) write() {
	if w.folder == "" {
		return
	}
	if err := w.record.WriteTo(w.folder); err != nil && !w.trouble {
		w.trouble = true
		say(w.p, fmt.Sprintf("note: no %s among the outputs of this test: %v", timeline.Name, err))
	}
}

// style is how the log is to be, given how the framework would have it.
func (t task) style(s report.Style) report.Style {
	isTerminal := false
	if file, ok := t.p.stdout.(*os.File); ok {
		isTerminal = terminal.Is(file)
	}
	switch t.options.Progress {
	case options.NoProgress:
		s.Brief = true
	case options.LineProgress:
		s.Brief = false
	case options.BarProgress:
		s.Brief, s.Bar = true, isTerminal
	}
	s.Colored = t.isColored(isTerminal)
	return s
}

// isColored follows https://no-color.org and https://bixense.com/clicolors.
func (t task) isColored(isTerminal bool) bool {
	value := func(name string) string { text, _ := t.p.lookup(name); return text }
	force := value("CLICOLOR_FORCE")
	switch {
	case t.options.Color != options.AutoColor:
		return t.options.Color == options.AlwaysColor
	case value("NO_COLOR") != "":
		return false
	case force != "" && force != "0":
		return true
	}
	return isTerminal && value("TERM") != "dumb" && value("CLICOLOR") != "0"
}
