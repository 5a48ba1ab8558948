package protocol

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/event"
)

// worker is a process of the program.
type worker struct {
	number   int
	ready    bool // it has listed its cases
	commands *os.File
	outbox   chan command // for that
	messages chan message
	printed  chan []byte
	out      output // where that goes
	kill     context.CancelCauseFunc
	hurry    chan struct{} // closed to end the grace
	ended    chan struct{}
	session
	// result and err are its result, once it has ended.
	result child.Result
	err    error
}

// start starts the process of a worker. The caller has locked p.mu.
func (p *Program) start(number int, lists bool) (*worker, error) {
	if err := p.makeDirs(); err != nil {
		return nil, err
	}
	p.started++
	stem := filepath.Join(p.pipes, strconv.Itoa(p.started))
	commands, err := makePipe(stem + ".commands")
	if err != nil {
		return nil, err
	}
	events, err := makePipe(stem + ".events")
	if err != nil {
		return nil, err
	}
	env, done, err := p.options.Env(event.Batch{Worker: number, Attempt: 1})
	if err != nil {
		return nil, err
	}
	env = append(env, p.variables(stem, lists)...)
	ctx, kill := context.WithCancelCause(context.Background())
	w := &worker{
		number: number, commands: commands, outbox: make(chan command, 8), messages: make(chan message, 64), printed: make(chan []byte),
		kill: kill, hurry: make(chan struct{}), ended: make(chan struct{}),
	}
	var reading sync.WaitGroup
	reading.Go(func() { w.read(events) })
	go w.write()
	go func() {
		defer close(w.ended)
		w.result, w.err = child.Run(ctx, child.Command{
			Path: p.options.Path, Args: p.options.Args, Env: env, Stdin: p.options.Stdin, Terminal: p.options.Terminal, Output: w,
			Grace: p.options.Grace, Hurry: w.hurry, LeakTimeout: p.options.LeakTimeout,
		})
		kill(nil)
		_, _ = events.Write([]byte(lastWord)) // behind all that the process has written
		reading.Wait()
		_ = commands.Close()
		_ = events.Close()
		_ = os.Remove(stem + ".commands")
		_ = os.Remove(stem + ".events")
		done()
	}()
	return w, nil
}

// variables returns the variables of the protocol, for a process whose pipes have names that
// begin with stem.
func (p *Program) variables(stem string, lists bool) []string {
	set := []string{
		"INTERLOCK_PROTOCOL=" + protocol, "INTERLOCK_COMMANDS=" + stem + ".commands", "INTERLOCK_EVENTS=" + stem + ".events",
		"INTERLOCK_RUN_ID=" + p.options.RunID, "INTERLOCK_FILTER=" + p.options.Filter, "INTERLOCK_SHARED_TMPDIR=" + p.shared,
	}
	for name, on := range map[string]bool{
		"INTERLOCK_LIST": lists, "INTERLOCK_IN_ORDER": p.options.InOrder && !p.options.Sharded, "INTERLOCK_TERMINAL": p.options.Terminal != nil,
	} {
		if on {
			set = append(set, name+"=1")
		}
	}
	return set
}

// makeDirs makes the folder of the pipes, and the folder for temporary files.
func (p *Program) makeDirs() (err error) {
	if p.pipes != "" {
		return nil
	}
	if p.options.Dir != "" {
		if err := os.MkdirAll(p.options.Dir, 0o755); err != nil {
			return err
		}
	}
	if p.pipes, err = os.MkdirTemp(p.options.Dir, "pipes"); err != nil {
		return err
	}
	if p.shared, err = os.MkdirTemp(p.options.Shared, "it-"); err != nil {
		p.shared, err = os.MkdirTemp(p.options.Dir, "it-")
	}
	return err
}

// removeDirs undoes makeDirs.
func (p *Program) removeDirs() {
	_ = os.RemoveAll(p.pipes)
	removeAll(p.shared)
}

// removeAll removes a folder in which tests may have made folders that nobody may write to.
func removeAll(folder string) {
	if folder == "" || os.RemoveAll(folder) == nil {
		return
	}
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
	_ = os.RemoveAll(folder)
}

// Write takes what the process prints.
func (w *worker) Write(text []byte) (int, error) {
	w.printed <- bytes.Clone(text)
	return len(text), nil
}

// lastWord ends the events of a process, whatever it wrote last.
const lastWord = "\x00\n"

// read reads messages until the last word.
func (w *worker) read(events *os.File) {
	defer close(w.messages)
	reader := bufio.NewReaderSize(events, 64<<10)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil || bytes.HasSuffix(line, []byte(lastWord)) {
			return
		}
		var m message
		if err := json.Unmarshal(line, &m); err != nil {
			m = message{Event: "failed", Message: fmt.Sprintf("a line of the adapter that is no JSON: %q", line)}
		}
		w.messages <- m
	}
}

// send sends a command. If the process has ended, next finds that out.
func (w *worker) send(c command) {
	select {
	case w.outbox <- c:
	case <-w.ended:
	}
}

// write writes commands in their order, until the process has ended: the process may be dead, and
// the pipe full.
func (w *worker) write() {
	for {
		select {
		case c := <-w.outbox:
			text, _ := json.Marshal(c)
			_, _ = w.commands.Write(append(text, '\n'))
		case <-w.ended:
			return
		}
	}
}

// next returns the next message; what the process prints until then goes to its output. The error
// is errEnded or ctx's.
func (w *worker) next(ctx context.Context) (message, error) {
	for {
		select { // first, because printed text may belong to the case that a message begins
		case m, ok := <-w.messages:
			return w.received(m, ok)
		default:
		}
		select {
		case m, ok := <-w.messages:
			return w.received(m, ok)
		case text := <-w.printed:
			w.out.write(text)
		case <-ctx.Done():
			return message{}, context.Cause(ctx)
		}
	}
}

// received returns a message, or, if that was the last one, how the process has ended.
func (w *worker) received(m message, ok bool) (message, error) {
	switch {
	case ok && m.Event == eventStarted:
		return m, nil
	case ok:
		w.drain() // what the case has printed before this message, which may end it
		return m, nil
	}
	<-w.ended
	if w.err != nil {
		return message{}, w.err
	}
	return message{}, fmt.Errorf("%w with %s", errEnded, describe(w.result))
}

// drain takes what the process has printed by now.
func (w *worker) drain() {
	for {
		select {
		case text := <-w.printed:
			w.out.write(text)
		default:
			return
		}
	}
}

// stop ends the process because of cause, by force if necessary, and waits for that. The process
// gets no grace once its case has lost what it holds.
func (w *worker) stop(cause error, lost <-chan struct{}) {
	if child.IsTimeout(cause) {
		w.printStacks()
	}
	w.kill(cause)
	for {
		select {
		case <-lost:
			close(w.hurry)
			lost = nil
		case text := <-w.printed:
			w.out.write(text)
		case <-w.messages:
			select {
			case <-w.ended:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}
}

// errEnded means that the process has ended.
var errEnded = errors.New("the process ended")

func describe(result child.Result) string {
	if result.Signal != "" {
		return "signal: " + result.Signal
	}
	return fmt.Sprintf("exit code %d", result.ExitCode)
}
