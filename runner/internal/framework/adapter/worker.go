package adapter

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/child"
	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// worker is a process of the program.
type worker struct {
	number   int
	ready    bool // it has told what it has
	commands *os.File
	messages chan message
	printed  chan []byte
	kill     context.CancelFunc
	ended    chan struct{}
	// result and err are what became of it, once it has ended.
	result child.Result
	err    error
}

// start starts the process of a worker. The caller has locked p.mu.
func (p *Program) start(number int, lists bool) (*worker, error) {
	if p.pipes == "" {
		dir, err := os.MkdirTemp(p.options.Dir, "pipes")
		if err != nil {
			return nil, err
		}
		p.pipes = dir
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
	env = append(env,
		"INTERLOCK_PROTOCOL="+protocol, "INTERLOCK_COMMANDS="+stem+".commands", "INTERLOCK_EVENTS="+stem+".events",
		"INTERLOCK_RUN_ID="+p.options.RunID, "INTERLOCK_FILTER="+p.options.Filter)
	if lists {
		env = append(env, "INTERLOCK_LIST=1")
	}
	if p.options.InOrder {
		env = append(env, "INTERLOCK_IN_ORDER=1")
	}
	if p.options.Terminal != nil {
		env = append(env, "INTERLOCK_TERMINAL=1")
	}
	ctx, kill := context.WithCancel(context.Background())
	w := &worker{
		number: number, commands: commands, messages: make(chan message, 64), printed: make(chan []byte),
		kill: kill, ended: make(chan struct{}),
	}
	var reading sync.WaitGroup
	reading.Go(func() { w.read(events) })
	go func() {
		defer close(w.ended)
		w.result, w.err = child.Run(ctx, child.Command{
			Path: p.options.Path, Args: p.options.Args, Env: env, Stdin: p.options.Stdin, Terminal: p.options.Terminal, Output: w,
			Grace: p.options.Grace, LeakTimeout: p.options.LeakTimeout,
		})
		kill()
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

// send sends a command. A process that has ended is found out by next.
func (w *worker) send(c command) {
	text, _ := json.Marshal(c)
	go func() { // the process may be dead, and the pipe full
		select {
		case <-w.ended:
		default:
			_, _ = w.commands.Write(append(text, '\n'))
		}
	}()
}

// next returns the next message; what the process prints until then goes to out.
// The error is errEnded or that of ctx.
func (w *worker) next(ctx context.Context, out *output) (message, error) {
	for {
		select {
		case text := <-w.printed:
			out.write(text)
		case m, ok := <-w.messages:
			if ok {
				w.drain(out)
				return m, nil
			}
			<-w.ended
			if w.err != nil {
				return message{}, w.err
			}
			return message{}, fmt.Errorf("%w with %s", errEnded, describe(w.result))
		case <-ctx.Done():
			return message{}, context.Cause(ctx)
		}
	}
}

// drain takes what the process has printed by now.
func (w *worker) drain(out *output) {
	for {
		select {
		case text := <-w.printed:
			out.write(text)
		default:
			return
		}
	}
}

// stop ends the process by force if need be, and waits for that.
func (w *worker) stop(out *output) {
	w.kill()
	for {
		select {
		case text := <-w.printed:
			out.write(text)
		case <-w.messages:
			select {
			case <-w.ended:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}
}

func describe(result child.Result) string {
	if result.Signal != "" {
		return "signal: " + result.Signal
	}
	return fmt.Sprintf("exit code %d", result.ExitCode)
}

// output is what a process prints beside the protocol, and whose it is.
type output struct {
	report event.Report
	quiet  bool       // each worker would print the same
	log    io.Writer  // where it goes without a report
	c      event.Case // who runs; empty if nobody does
	last   []byte
}

const maxTail = 2 << 10

func (o *output) write(text []byte) {
	switch {
	case o.quiet:
	case o.report != nil:
		o.report.Output(o.c, text)
	default:
		_, _ = o.log.Write(text)
	}
	o.last = append(o.last, text...)
	if len(o.last) > maxTail {
		o.last = o.last[len(o.last)-maxTail:]
	}
}

// tail continues a sentence with the last line that was printed, if any was.
func (o *output) tail() string {
	line := lastLine(strings.ToValidUTF8(string(o.last), "\uFFFD"))
	if line == "" {
		return ""
	}
	return ": " + line
}

// lastLine returns the last line of a text that says something.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
