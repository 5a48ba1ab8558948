package provision

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/interlock-build/rules_interlock/internal/child"
)

// settle is how long a program that has answered may still end, or print more, as a part of its
// answer.
const settle = 50 * time.Millisecond

// instance is what the setup of a unit has started. Its process group, and the process that it
// has named, exist until stop.
type instance struct {
	setup    Setup
	folder   folder
	patience context.Context    // how long it may take to end
	hurry    context.CancelFunc // ends patience
	end      context.CancelFunc // stops its process group
	stdout   *reply
	log      *tail // stderr, and stdout after the answer

	started chan struct{}
	pid     int           // of the setup, once started
	exited  chan struct{} // the setup has ended
	result  child.Result  // once exited
	over    chan struct{} // nothing is left of its process group
	err     error         // once over: why it could not be started

	daemon *daemon           // nil if the setup has named none
	values map[string]string // printed by the setup
}

// launch starts the setup of a unit. When patience ends, so does the grace.
func launch(patience context.Context, r *resource, slot int) (*instance, error) {
	dir, err := newFolder(r.options.TmpDir)
	if err != nil {
		return nil, err
	}
	environ, err := r.group.Setup.Environ(slot)
	if err != nil {
		dir.remove()
		return nil, err
	}
	log := &tail{}
	stdout, writer, err := newReply(log)
	if err != nil {
		dir.remove()
		return nil, err
	}
	life, end := context.WithCancel(context.Background())
	patience, hurry := context.WithCancel(patience)
	i := &instance{
		setup: r.group.Setup, folder: dir, patience: patience, hurry: hurry, end: end, stdout: stdout, log: log,
		started: make(chan struct{}), exited: make(chan struct{}), over: make(chan struct{}),
	}
	go i.serve(life, child.Command{
		Path: i.setup.Path, Env: append(environ, "TEST_TMPDIR="+dir.path),
		Stdout: writer, Output: log, Grace: grace, Hurry: patience.Done(),
	})
	return i, nil
}

func (i *instance) serve(life context.Context, c child.Command) {
	defer close(i.over)
	i.err = child.Serve(life, c, func(pid int) {
		_ = c.Stdout.Close() // the program has its own
		i.pid = pid
		close(i.started)
	}, func(r child.Result) {
		i.result = r
		close(i.exited)
	})
	if i.err != nil {
		_ = c.Stdout.Close()
	}
}

// begin waits for the answer. Its error contains what the program has printed.
func (i *instance) begin(ctx context.Context) error {
	err := i.awaitAnswer(ctx)
	if err == nil {
		err = i.take(i.stdout.accept())
	}
	if err == nil {
		return nil
	}
	if closes(i.exited, 0) {
		// What it has left is of no use. When that is gone, all output has arrived.
		i.hurry()
		i.end()
		<-i.over
	}
	return &setupError{setup: i.setup.Name, err: err, said: i.printed() + hintOf(err)}
}

// hintOf returns the last line of an error: what to do about it.
func hintOf(err error) string {
	var answer *answerError
	if errors.As(err, &answer) && answer.hint != "" {
		return "\nhint: " + answer.hint
	}
	return ""
}

func (i *instance) awaitAnswer(ctx context.Context) error {
	timeout := time.NewTimer(i.setup.Timeout)
	defer timeout.Stop()
	select {
	case <-i.stdout.whole:
		_ = closes(i.exited, settle)
	case <-i.exited:
		_ = closes(i.stdout.end, settle)
	case <-i.over:
		return fmt.Errorf("does not start: %w", i.err)
	case <-timeout.C:
		return fmt.Errorf("has not printed what it made within %s; give the group a longer setup_timeout if it needs one",
			i.setup.Timeout)
	case <-ctx.Done():
		return fmt.Errorf("was stopped: %w", context.Cause(ctx))
	}
	if closes(i.exited, 0) {
		_ = closes(i.stdout.end, settle) // others may have it open
		if i.result.ExitCode != 0 {
			return errors.New(i.ending())
		}
	}
	return nil
}

// closes reports whether a channel is closed within a time.
func closes(c <-chan struct{}, within time.Duration) bool {
	select {
	case <-c:
		return true
	default:
	}
	if within == 0 {
		return false
	}
	select {
	case <-c:
		return true
	case <-time.After(within):
		return false
	}
}

// ending describes how the setup has ended.
func (i *instance) ending() string {
	if i.result.Signal != "" {
		return fmt.Sprintf("was ended by a signal (%s)", i.result.Signal)
	}
	return fmt.Sprintf("ended with exit code %d", i.result.ExitCode)
}

// take looks at what the setup has printed, and at the process that it names.
func (i *instance) take(text []byte) error {
	a, err := parseAnswer(text)
	if err != nil {
		return err
	}
	if a.pid != 0 {
		<-i.started
		if i.daemon, err = openDaemon(a.pid, i.pid); err != nil {
			return err
		}
	}
	i.values = a.values
	return nil
}

// printed continues an error with what the setup has printed.
func (i *instance) printed() string {
	text := fmt.Sprintf("; it printed %q", i.stdout.String())
	if log := i.log.String(); log != "" {
		text += ", and on stderr at last:\n" + log
	}
	return text
}

// death says why the instance is no longer usable; empty if it still is.
func (i *instance) death() string {
	if i.daemon != nil && i.daemon.hasEnded() {
		return fmt.Sprintf("its process %d has ended%s", i.daemon.pid, i.lastWords())
	}
	if closes(i.exited, 0) && i.result.ExitCode != 0 {
		return fmt.Sprintf("its setup %s %s%s", i.setup.Name, i.ending(), i.lastWords())
	}
	return ""
}

func (i *instance) lastWords() string {
	if log := i.log.String(); log != "" {
		return fmt.Sprintf(" (it printed at last: %q)", log)
	}
	return ""
}

// stop ends the instance, and returns when nothing is left of it. A daemon in another process
// group goes first: it may write to pipes that end with the setup's group.
func (i *instance) stop() {
	if i.daemon != nil && !i.daemon.grouped {
		i.daemon.stop(i.patience)
	}
	i.end()
	if i.daemon != nil {
		i.daemon.stop(i.patience)
	}
	<-i.over
	i.hurry()
	i.stdout.close()
	i.folder.remove()
}
