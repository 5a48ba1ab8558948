package protocol

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// verification is a process that collects what the first one has collected, and runs nothing. The
// shards of a test divide one list, and each shard makes the list by itself: if the lists differ,
// cases get lost.
type verification struct {
	worker *worker
	stop   context.CancelFunc
	done   chan struct{}
}

// verify starts a verification, unless there is already one or none is needed.
func (p *Program) verify() {
	if !p.options.Sharded || p.verification != nil || p.compared.Load() > 0 || len(p.names) == 0 {
		return
	}
	p.mu.Lock()
	w, err := p.start(secondWorker, false)
	p.mu.Unlock()
	if err != nil {
		return // the workers will fail in the same way, and report it
	}
	ctx, stop := context.WithCancel(context.Background())
	v := &verification{worker: w, stop: stop, done: make(chan struct{})}
	p.verification = v
	go func() {
		defer close(v.done)
		defer w.stop(nil, nil)
		for !w.ready || w.differs && len(w.complaints) == 0 {
			m, err := w.next(ctx)
			if err != nil {
				w.complain("a second process did not come to the end of collecting: " + w.whyEnded(err).Error())
				return
			}
			p.hear(w, m)
		}
	}()
}

// secondWorker is the number of the worker that the process believes to be.
const secondWorker = 1

// verified waits for the verification and reports what it has found. When ctx ends, it stops the
// verification.
func (p *Program) verified(ctx context.Context, report event.Report) {
	v := p.verification
	if v == nil {
		return
	}
	select {
	case <-v.done:
	case <-ctx.Done():
		v.stop()
		<-v.done
	}
	v.stop()
	if ctx.Err() == nil && len(v.worker.complaints) > 0 {
		report.Finished(p.process(" of the shard"), event.Result{Outcome: complaining(v.worker.complaints, report)})
	}
}

// maxNames is the most names in a sentence.
const maxNames = 5

// differenceOf says which names only one of two processes has.
func differenceOf(listed, own []string) string {
	return "this process has collected other tests than the first one: only here " + without(own, listed) + "; only there " +
		without(listed, own) + "\nhint: the names of tests must not depend on the order of a set, the time or random numbers, " +
		"since the workers and shards of a test divide one list"
}

// without returns the names of all that are not among others, in words.
func without(all, others []string) string {
	known := map[string]bool{}
	for _, name := range others {
		known[name] = true
	}
	only := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return known[name] })
	switch {
	case len(only) == 0:
		return "none"
	case len(only) > maxNames:
		return fmt.Sprintf("%s and %d more", strings.Join(only[:maxNames], ", "), len(only)-maxNames)
	}
	return strings.Join(only, ", ")
}
