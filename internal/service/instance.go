package service

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// grace is how long an instance has between SIGTERM and SIGKILL, as with Buck2.
const grace = 20 * time.Second

// settle is how long a program that has answered may still end, or print more, as a part of its
// answer.
const settle = 50 * time.Millisecond

// Instance is what the setup of a unit has started. Its process group, and the process that it has
// named, exist until Stop.
type Instance struct {
	spec     Spec
	folder   folder
	gone     func()             // from Options
	reserved *reservation       // nil if no variable has a port
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
	fields map[string]string // what is known, and once it has begun what the setup has printed
	values map[string]string // what the setup has printed, and the port
}

// Launch starts the setup of a unit. Begin waits for it. When patience ends, so does the grace that
// Stop gives.
func Launch(patience context.Context, spec Spec, o Options) (*Instance, error) {
	i := &Instance{
		spec: spec, gone: o.Gone, fields: maps.Clone(spec.Fields), values: map[string]string{}, log: &tail{also: o.Log},
		started: make(chan struct{}), exited: make(chan struct{}), over: make(chan struct{}),
	}
	if i.fields == nil {
		i.fields = map[string]string{}
	}
	var err error
	if i.folder, err = newFolder(o.TmpDir, o.LinkDir); err != nil {
		return nil, err
	}
	if err := i.launch(patience); err != nil {
		i.forget()
		return nil, err
	}
	return i, nil
}

func (i *Instance) launch(patience context.Context) error {
	if i.spec.asksFor(group.FieldPort) {
		var err error
		if i.reserved, err = reservePort(); err != nil {
			return err
		}
		i.note(map[string]string{group.FieldPort: strconv.Itoa(i.reserved.port)})
	}
	environ, err := i.setupEnviron()
	if err != nil {
		return err
	}
	stdout, writer, err := newReply(i.log)
	if err != nil {
		return err
	}
	i.stdout = stdout
	life, end := context.WithCancel(context.Background())
	i.end = end
	i.patience, i.hurry = context.WithCancel(patience)
	go i.serve(life, child.Command{
		Path: i.spec.Setup.Path, Dir: i.spec.Dir, Env: environ,
		Stdout: writer, Output: i.log, Grace: grace, Hurry: i.patience.Done(),
	})
	return nil
}

// note adds values of fields.
func (i *Instance) note(values map[string]string) {
	maps.Copy(i.values, values)
	maps.Copy(i.fields, values)
}

// forget gives back what an instance has besides its processes.
func (i *Instance) forget() {
	if i.reserved != nil {
		i.reserved.end()
	}
	i.folder.remove()
	if i.gone != nil {
		i.gone()
	}
}

// Values returns what the setup has printed about it, once it has begun.
func (i *Instance) Values() map[string]string { return i.values }

func (i *Instance) serve(life context.Context, c child.Command) {
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

// Begin waits until the setup has answered, and until what it has started is healthy. Its error, a
// *SetupError, contains what the program has printed.
func (i *Instance) Begin(ctx context.Context) error {
	deadline := time.Now().Add(i.spec.Timeout)
	err := i.awaitAnswer(ctx)
	if err == nil {
		err = i.take(i.stdout.accept())
	}
	if err == nil {
		err = i.awaitHealth(ctx, deadline)
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
	return &SetupError{Setup: i.spec.Setup.Name, Err: err, Said: i.printed() + hintOf(err)}
}

// hintOf returns the last line of an error: what to do about it.
func hintOf(err error) string {
	var answer *answerError
	if errors.As(err, &answer) && answer.hint != "" {
		return "\nhint: " + answer.hint
	}
	return ""
}

func (i *Instance) awaitAnswer(ctx context.Context) error {
	timeout := time.NewTimer(i.spec.Timeout)
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
			i.spec.Timeout)
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
func (i *Instance) ending() string { return endingOf(i.result) }

func endingOf(r child.Result) string {
	if r.Signal != "" {
		return fmt.Sprintf("was ended by a signal (%s)", r.Signal)
	}
	return fmt.Sprintf("ended with exit code %d", r.ExitCode)
}

// take looks at what the setup has printed, and at the process that it names.
func (i *Instance) take(text []byte) error {
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
	i.note(a.values)
	return nil
}

// printed continues an error with what the setup has printed.
func (i *Instance) printed() string {
	text := fmt.Sprintf("; it printed %q", i.stdout.String())
	if log := i.log.String(); log != "" {
		text += ", and on stderr at last:\n" + log
	}
	return text
}

// Death says why the instance is no longer usable; empty if it still is.
func (i *Instance) Death() string {
	if i.daemon != nil && i.daemon.hasEnded() {
		return fmt.Sprintf("its process %d has ended%s", i.daemon.pid, i.lastWords())
	}
	if closes(i.exited, 0) && i.result.ExitCode != 0 {
		return fmt.Sprintf("its setup %s %s%s", i.spec.Setup.Name, i.ending(), i.lastWords())
	}
	return ""
}

func (i *Instance) lastWords() string {
	if log := i.log.String(); log != "" {
		return fmt.Sprintf(" (it printed at last: %q)", log)
	}
	return ""
}

// Stop ends the instance, and returns when nothing is left of it. A daemon in another process group
// goes first: it may write to pipes that end with the setup's group.
func (i *Instance) Stop() {
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
	i.forget()
}

// StopWithin is Stop with less grace.
func (i *Instance) StopWithin(grace time.Duration) {
	timer := time.AfterFunc(grace, i.hurry)
	defer timer.Stop()
	i.Stop()
}

// Folder is the TEST_TMPDIR of the instance.
func (i *Instance) Folder() string { return i.folder.path }
