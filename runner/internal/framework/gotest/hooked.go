package gotest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// hookVariable, hookHeader and the lines of frameAsk are the contract with
// adapters/gotest/hook.
const hookVariable = "INTERLOCK_GOTEST"

type hookHeader struct {
	Cases    []string `json:"cases"`
	Asks     bool     `json:"asks"`
	Parallel int      `json:"parallel"`
	FailFast bool     `json:"fail_fast"`
}

// The descriptors of a hooked process: the first ones after stderr.
const hookEvents, hookCommands = 3, 4

// followHooked runs a process of a binary with the hook to its end. The process reports what its
// tests do through a pipe that the tests do not know of, and by marks in their output that they
// cannot imitate.
func (b *Binary) followHooked(ctx context.Context, batch event.Batch, r *results) (processEnd, error) {
	r.hooked, r.goOn = true, batch.MayGoOn
	link, err := newHookLink()
	if err != nil {
		return processEnd{}, err
	}
	defer link.close()
	if err := link.begin(b.headerFor(batch)); err != nil {
		return processEnd{}, err
	}
	rows := &stream{onFrame: func(f frame) bool { return r.hookedRow(f, link) }, onOutput: locked(r, r.logText)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(rows, link.events)
		rows.Close()
	}()
	output := &stream{
		secret: link.secret, onMark: locked(r, r.mark), onFrame: r.rowInOutput, onOutput: locked(r, r.write),
	}
	result, err := b.start(ctx, batch, b.hookedArgs(), output, link)
	output.Close()
	r.endOfProcess()
	_ = link.events.SetReadDeadline(time.Now().Add(time.Second)) // nobody has it, or a stranger
	<-read
	r.settleUntold()
	return processEnd{Result: result, stopped: ctx.Err() != nil, run: r.runState}, err
}

// settleUntold gives tests the results that only the hook has reported.
func (r *results) settleUntold() {
	r.settleExample()
	for _, t := range r.order {
		r.finishByMark(t)
	}
}

func (b *Binary) headerFor(batch event.Batch) hookHeader {
	h := hookHeader{Parallel: b.options.Parallel, FailFast: b.options.FailFast, Asks: batch.MayGoOn != nil}
	for _, c := range batch.Cases {
		h.Cases = append(h.Cases, c.Name)
	}
	return h
}

// hookLink is our end of the connection to a hooked process.
type hookLink struct {
	secret                     string
	events, commands           *os.File
	theirEvents, theirCommands *os.File
}

func newHookLink() (*hookLink, error) {
	l := &hookLink{secret: rand.Text()}
	var err error
	if l.events, l.theirEvents, err = os.Pipe(); err != nil {
		return nil, fmt.Errorf("pipe for events: %w", err)
	}
	if l.theirCommands, l.commands, err = os.Pipe(); err != nil {
		l.close()
		return nil, fmt.Errorf("pipe for commands: %w", err)
	}
	return l, nil
}

// begin writes the header, which may be longer than a pipe holds.
func (l *hookLink) begin(h hookHeader) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	go func() { _, _ = io.Copy(l.commands, bytes.NewReader(append(text, '\n'))) }()
	return nil
}

// environ returns the variable that tells the process about the link, if there is one.
func (l *hookLink) environ() []string {
	if l == nil {
		return nil
	}
	return []string{fmt.Sprintf("%s=%d %d %s", hookVariable, hookEvents, hookCommands, l.secret)}
}

// files are the process's ends, from hookEvents on.
func (l *hookLink) files() []*os.File {
	if l == nil {
		return nil
	}
	return []*os.File{l.theirEvents, l.theirCommands}
}

// started closes the process's ends here.
func (l *hookLink) started() {
	for _, f := range l.files() {
		_ = f.Close()
	}
}

func (l *hookLink) close() {
	for _, f := range []*os.File{l.events, l.commands, l.theirEvents, l.theirCommands} {
		if f != nil {
			_ = f.Close()
		}
	}
}

// answers are the words for them.
var answers = map[event.Answer]string{event.Start: "start", event.Leave: "leave", event.Stop: "stop"}

// answer answers a case that asks whether it may start.
func (l *hookLink) answer(a event.Answer) { _, _ = l.commands.WriteString(answers[a] + "\n") }

// locked returns f, called under the lock of both streams of a process.
func locked[T any](r *results, f func(T)) func(T) {
	return func(text T) {
		r.moved.L.Lock()
		defer r.moved.L.Unlock()
		f(text)
	}
}

// rowInOutput follows a row in the output, where it is because the user has asked for -test.v,
// and shows it.
func (r *results) rowInOutput(f frame) bool {
	r.moved.L.Lock()
	defer r.moved.L.Unlock()
	if !r.inBand || !r.frame(f) {
		return false
	}
	if f.test != "" {
		r.write([]byte(f.line + "\n"))
	}
	return true
}

// hookedRow follows a row that came separately from the output. It waits until the output has got
// as far: what a test prints comes before its result.
func (r *results) hookedRow(f frame, link *hookLink) bool {
	if f.kind == frameAsk {
		link.answer(r.answer(f.test))
		return true
	}
	r.moved.L.Lock()
	defer r.moved.L.Unlock()
	top, _, isSub := strings.Cut(f.test, "/")
	if t := r.tests[top]; t != nil {
		if r.leftOut(t) {
			return true // the hook skips it, and the testing package says so
		}
		r.await(t, f, isSub)
	}
	return r.frame(f)
}

// leftOut reports whether a test should not run in this process.
func (r *results) leftOut(t *test) bool {
	return t.marks.starts == 0 && (t.left || r.stopped)
}

// await waits until the output has reached the point of a row about a test.
func (r *results) await(t *test, f frame, isSub bool) {
	reached := func() bool { return t.marks.starts >= t.rowsBegun }
	switch {
	case isSub:
	case f.kind == frameRun:
		t.rowsBegun++
		return // it may ask, before it starts
	case f.kind == framePass || f.kind == frameFail || f.kind == frameSkip:
		// Not all that have begun: of two tests with one name, one may be paused.
		result := t.marks.rows + 1
		reached = func() bool { return t.marks.ends >= result }
	}
	for !reached() && !r.leftOut(t) && !r.over {
		r.moved.Wait()
	}
}

// answer decides whether one more case may start.
func (r *results) answer(name string) event.Answer {
	t := r.tests[name]
	if t == nil || r.goOn == nil {
		return event.Start
	}
	a := r.goOn(t.c)
	if a != event.Start {
		r.moved.L.Lock()
		defer r.moved.L.Unlock()
		t.left = true
		r.stopped = r.stopped || a == event.Stop
		r.moved.Broadcast()
	}
	return a
}

// endOfProcess ends all waiting.
func (r *results) endOfProcess() {
	r.moved.L.Lock()
	defer r.moved.L.Unlock()
	r.over = true
	r.moved.Broadcast()
}
