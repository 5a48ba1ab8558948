package adapter

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// List starts the first worker and returns all cases, in the order in which the
// program has them. What cannot be loaded is a case that fails.
func (p *Program) List(ctx context.Context) ([]event.Listed, error) {
	w, err := p.worker(0, true)
	if err != nil {
		return nil, err
	}
	var listed []event.Listed
	var printed strings.Builder
	w.out.log = &printed
	for {
		m, err := w.next(ctx)
		switch {
		case err != nil:
			p.Stop()
			return nil, fmt.Errorf("listing the tests: %w\n%s", err, printed.String())
		case m.Event == "collecting":
			p.startAhead(m.Count)
		case m.Event == "warning":
			w.out.write([]byte(p.warning(m)))
		case m.Event == "case":
			l := m.listed()
			p.position[l.Case] = len(listed)
			listed = append(listed, l)
		case m.Event == "broken":
			c := event.Case{Name: m.Case, Class: p.options.Class}
			p.broken[c] = m
			listed = append(listed, event.Listed{Case: c, File: m.Case, Asked: true, Everywhere: m.Status != "skipped"})
		case m.Event == "ready":
			p.maxFail, p.partial = m.MaxFail, !m.Complete
			w.ready, w.out.log = true, nil
			_, _ = io.WriteString(p.options.Log, printed.String())
			return listed, nil
		}
	}
}

// startAhead starts workers that will be needed, so that they get ready while
// the first one still lists. One that cannot be started is tried again when its
// cases come, and then reported.
func (p *Program) startAhead(cases int) {
	if p.options.Ahead == nil {
		return
	}
	for number := range p.options.Ahead(cases) {
		_, _ = p.worker(number, false)
	}
}

// warning returns the text of a warning, or nothing if it has been told of.
func (p *Program) warning(m message) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.warned[m.Text] {
		return ""
	}
	p.warned[m.Text] = true
	return m.Text
}

// MaxFail is after how many bad cases the arguments want no further one to
// start; 0 is never. It is known when the cases are listed.
func (p *Program) MaxFail() int { return p.maxFail }

// Partial reports whether the program has more cases than it has listed,
// because the arguments or the filter ask for some by name.
func (p *Program) Partial() bool { return p.partial }
