package protocol

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// List starts the first worker and returns all cases, in the order in which the program has them.
// Something that cannot be loaded is a case that fails.
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
		case err != nil && w.endedWell() && len(listed) == 0:
			p.Stop()
			p.note = "the program has ended with exit code 0 before any test: " + lastLine(printed.String())
			_, _ = io.WriteString(p.options.Log, printed.String())
			return nil, nil
		case err != nil:
			p.Stop()
			return nil, fmt.Errorf("listing the tests: %w\n%s", w.whyEnded(err), printed.String())
		case m.Event == "collecting":
			p.startAhead(m.Count)
		case m.Event == "printing":
			_, _ = io.WriteString(p.options.Log, printed.String())
			return nil, p.print(ctx, w)
		case m.Event == "case":
			l := m.listed()
			if l.Asked {
				p.names = append(p.names, m.Case)
			}
			p.position[l.Case] = len(listed)
			listed = append(listed, l)
		case m.Event == "broken":
			c := m.named()
			p.broken[c] = m
			listed = append(listed, event.Listed{Case: c, File: m.Case, Asked: m.Asked, Everywhere: m.Status != "skipped"})
		case m.Event == "ready":
			p.maxFail, p.partial, p.digest, p.suite = m.MaxFail, !m.Complete, m.Digest, m.Suite
			if m.MaxWarnings != nil {
				p.maxWarnings = *m.MaxWarnings
			}
			w.ready, w.out.log = true, nil
			_, _ = io.WriteString(p.options.Log, printed.String())
			if p.options.Single {
				p.verify()
			}
			return listed, nil
		default:
			p.hear(w, m)
		}
	}
}

// startAhead starts workers that will be needed, so that they get ready while the first one still
// lists. If one cannot be started, that is retried when its cases come, and then reported.
func (p *Program) startAhead(cases int) {
	if p.options.Ahead == nil {
		return
	}
	for number := range p.options.Ahead(cases) {
		_, _ = p.worker(number, false)
	}
}

// print lets the program print what its arguments ask for instead of running tests.
func (p *Program) print(ctx context.Context, w *worker) error {
	w.out.log = p.options.Log
	p.note = "the arguments ask for this to be printed, and so no test has run"
	for {
		m, err := w.next(ctx)
		switch {
		case err != nil && w.endedWell():
			p.Stop()
			return nil
		case err != nil:
			p.Stop()
			return w.whyEnded(err)
		}
		p.hear(w, m)
	}
}

// Note says why there is no case; empty if nobody knows.
func (p *Program) Note() string { return p.note }

// Suite is the name of all cases together in test.xml; empty if the program gives none.
func (p *Program) Suite() string { return p.suite }

// MaxFail is the number of bad cases after which the arguments want no further case to start; 0
// means never. It is known when the cases are listed.
func (p *Program) MaxFail() int { return p.maxFail }

// Partial reports whether the program has more cases than it has listed,
// because the arguments or the filter ask for some by name.
func (p *Program) Partial() bool { return p.partial }
