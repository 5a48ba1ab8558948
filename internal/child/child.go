// Package child runs a program in a process group of its own and leaves nothing of that group
// behind.
//
// Bazel's test-setup.sh signals and reaps only the process group of the test itself, which does
// not include the groups made here. So this package passes signals on, kills and waits.
package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/interlock-build/rules_interlock/internal/guard"
	"github.com/interlock-build/rules_interlock/internal/terminal"
)

// Command is a program to run.
type Command struct {
	// Path is the program's file.
	Path string
	// Args are its arguments, without its name.
	Args []string
	// Dir is where it runs; empty means the folder of this process.
	Dir string
	// Env is its whole environment, as NAME=value, without the mark of what this process starts
	// (guard.Variable).
	Env []string
	// Stdin is its standard input; nil means an empty one.
	Stdin *os.File
	// Terminal is a terminal for the program's exclusive use while it runs. It replaces those of
	// Stdin, Stdout and Stderr that are nil; nil means none. On Linux, when the program is
	// stopped, as by Ctrl-Z, this process stops too, until its shell continues it.
	Terminal *os.File
	// Output gets what it writes to stdout and stderr, in that order. Errors of Output are
	// ignored: they are not a reason to stop the program.
	Output io.Writer
	// Extra are files that it has open, from descriptor 3 on.
	Extra []*os.File
	// Errors gets what it writes to stderr, instead of Output; nil means Output.
	Errors io.Writer
	// Dumps says that the program prints the stacks of its threads and ends when it gets SIGQUIT,
	// as a Go program does. Then SIGQUIT stops it when its time is up.
	Dumps bool
	// Stdout and Stderr are where it writes to, instead of Output; nil means none.
	Stdout, Stderr *os.File
	// Signals are passed on to it while it runs, in addition to those that always are; nil means
	// none.
	Signals <-chan os.Signal
	// Begun is called when it runs; may be nil.
	Begun func()
	// Grace is how long it has between SIGTERM and SIGKILL when it is stopped.
	Grace time.Duration
	// Hurry ends the grace early when it is closed; nil means never.
	Hurry <-chan struct{}
	// LeakTimeout is how long processes that it started may continue after it has ended by
	// itself; 0 means not at all, and nothing checks whether they do.
	LeakTimeout time.Duration
}

// Result is how the program ended.
type Result struct {
	// ExitCode is its exit code. If a signal killed the program, it is 128 plus the signal's
	// number, as in a shell.
	ExitCode int
	// Signal names the signal that killed it, and is empty if none did.
	Signal string
	// Leak says what it left behind; empty if that is nothing or was not checked.
	Leak string
}

// Urgent is implemented by causes of a context that leave the program no grace.
type Urgent interface{ AtOnce() bool }

// Run runs c to its end. When ctx ends it sends SIGTERM to c's process group, and SIGKILL after
// the grace, or at once if the cause of ctx is Urgent. When the program has ended, Run kills what
// is left of the group, and what has left the group, as far as that can be found. On Linux it is
// gone when Run returns. Output then has all that they wrote. The error is for a program that
// could not be started.
func Run(ctx context.Context, c Command) (Result, error) {
	// The kernel sends the parent-death signal when the *thread* that made the child ends
	// (prctl(2), PR_SET_PDEATHSIG), so the thread must not end earlier.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	signals := catchSignals()
	p, err := start(c)
	if err != nil {
		signals.stop()
		return Result{}, err
	}
	if p.errors != p.output {
		defer p.errors.finish()
	}
	signals.passTo(p.pid(), c.Signals)
	stopStopping := stopWith(ctx, p.pid(), c)
	if c.Begun != nil {
		c.Begun()
	}
	look := false
	left, err := p.waitAndKillRest(c.Terminal, func() {
		signals.stop()
		stopStopping()
		if look = c.LeakTimeout > 0 && ctx.Err() == nil; look {
			deadline := time.Now().Add(c.LeakTimeout)
			p.output.awaitEnd(c.LeakTimeout)
			p.awaitOrphans(deadline)
		}
	})
	left.open = p.output.finish()
	if c.Terminal != nil {
		terminal.TakeForeground(c.Terminal) // for the next programs
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return Result{}, fmt.Errorf("waiting for %s: %w", c.Path, err)
	}
	result := resultOf(p.ProcessState)
	if look {
		result.Leak = left.leak()
	}
	return result, nil
}

// program is a program that was started.
type program struct {
	*exec.Cmd
	output, errors *output // one, unless its errors go elsewhere
	// mark is in the environment of everything that it starts.
	mark string
	// forget withdraws what start has told others about it.
	forget func()
}

func (p *program) pid() int { return p.Process.Pid }

// numbers distinguish the programs of this process.
var numbers atomic.Int64

// starting is held while a program starts. A process that is forked for another program has a
// copy of each open pipe until it runs its own program, and a process that has the output of a
// program open is taken for a leak.
var starting sync.Mutex

// start starts the program.
func start(c Command) (p *program, err error) {
	starting.Lock()
	defer starting.Unlock()
	p = &program{mark: fmt.Sprintf("%s.%d", guard.Mark(), numbers.Add(1))}
	if p.output, err = newOutput(c.Output); err != nil {
		return nil, err
	}
	p.errors = p.output
	if c.Errors != nil {
		if p.errors, err = newOutput(c.Errors); err != nil {
			p.output.abandon()
			return nil, err
		}
	}
	p.Cmd = prepare(c, p.output.writer, p.errors.writer)
	p.Cmd.Env = append(p.Cmd.Env, guard.Variable+"="+p.mark)
	err = p.Cmd.Start()
	_ = p.output.writer.Close() // the child has its own descriptor, if it started
	_ = p.errors.writer.Close()
	if err != nil {
		p.output.finish()
		if p.errors != p.output {
			p.errors.finish()
		}
		return nil, fmt.Errorf("starting the program: %w", err)
	}
	p.forget = remember(p.pid())
	return p, nil
}

func prepare(c Command, output, errorOutput *os.File) *exec.Cmd {
	cmd := exec.Command(c.Path, c.Args...)
	cmd.Env, cmd.Dir = slices.Clone(c.Env), c.Dir
	cmd.Stdout, cmd.Stderr = output, errorOutput
	cmd.ExtraFiles = c.Extra
	cmd.SysProcAttr = ownGroup()
	if c.Terminal != nil {
		cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Terminal, c.Terminal, c.Terminal
		inForeground(cmd.SysProcAttr, c.Terminal)
	}
	if c.Stdin != nil {
		cmd.Stdin = c.Stdin
	}
	if c.Stdout != nil {
		cmd.Stdout = c.Stdout
	}
	if c.Stderr != nil {
		cmd.Stderr = c.Stderr
	}
	return cmd
}

// stopWith stops the process group when ctx ends. After the returned function is called, no
// signal is sent any more. That function returns when the group was told to end; zero if it was
// not.
func stopWith(ctx context.Context, pid int, c Command) (release func() (told time.Time)) {
	done := make(chan struct{})
	var stopper sync.WaitGroup
	var told time.Time
	grace := c.Grace
	stopper.Go(func() {
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
		if isUrgent(ctx) {
			killGroup(pid)
			return
		}
		if c.Dumps && IsTimeout(context.Cause(ctx)) {
			dump(pid)
			grace = min(grace, dumping)
		} else {
			terminateGroup(pid)
		}
		told = time.Now()
		select {
		case <-done:
			return
		case <-c.Hurry:
		case <-time.After(grace):
		}
		killGroup(pid)
	})
	return func() time.Time { close(done); stopper.Wait(); return told }
}

// isUrgent reports whether ctx, which has ended, leaves no grace.
func isUrgent(ctx context.Context) bool {
	u := Urgent(nil)
	return errors.As(context.Cause(ctx), &u) && u.AtOnce()
}

// dumping is how long a program may take to print its stacks.
const dumping = 2 * time.Second

// IsTimeout reports whether the cause of a context that has ended is a time limit.
func IsTimeout(cause error) bool {
	t := interface{ Timeout() bool }(nil)
	return errors.As(cause, &t) && t.Timeout()
}
