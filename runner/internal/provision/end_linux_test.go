package provision_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// lifelined makes a setup hold a lifeline open before all else.
func lifelined(t *testing.T, script string) (string, *pipetest.Lifeline) {
	t.Helper()
	lifeline := pipetest.NewLifeline(t)
	return fmt.Sprintf("exec 9> %q\n%s", lifeline.Path, script), lifeline
}

// Programs of every style are stopped, with what they have left.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	const wait = `trap "log told; exit" TERM; : > "$DIR/up"; while :; do sleep 0.02; done`
	const deaf = `trap "" TERM; log told; echo '{"resources": [{}]}'; while :; do sleep 0.02; done`
	const other = `setsid sh -c '
	trap "sleep 0.1; echo ending >&2; echo told >> \"$LOG\"; exit" TERM
	echo $$ > "$DIR/pid"; sleep 1000 & while :; do sleep 0.02; done' > /dev/null &
while [ ! -s "$DIR/pid" ]; do sleep 0.01; done
echo '{"pid": '$(cat "$DIR/pid")', "resources": [{}]}'`
	const daemon = `(` + wait + `) & while [ ! -e "$DIR/up" ]; do sleep 0.01; done; `
	for name, script := range map[string]string{
		"goes on":                           `trap "log told; exit" TERM; echo '{"resources": [{}]}'; ` + wait,
		"goes on, with children":            `trap "log told; exit" TERM; sleep 1000 & echo '{"resources": [{}]}'; ` + wait,
		"goes on, deaf":                     deaf,
		"leaves a daemon":                   daemon + `echo '{"resources": [{}]}'`,
		"leaves a daemon and names it":      daemon + `echo '{"pid": '$!', "resources": [{}]}'`,
		"leaves a daemon in another group":  other,
		"goes on, and its child is named":   daemon + `echo '{"pid": '$!', "resources": [{}]}'; wait`,
		"has its stdout open in the daemon": daemon + `log other; echo '{"resources": [{}]}'; exit 0`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db("db", 1))
			script, lifeline := lifelined(t, script)
			r := w.runner("a", script, db("db", 1))
			held := r.acquire(need("db", 1))
			if strings.Contains(name, "deaf") {
				r.impatient()
			}
			defer beforeTheGrace(t)()
			held.Release()
			r.Close()
			lifeline.AwaitGone()
			if got := strings.Join(w.log(), "\n"); !strings.Contains(got, "told") {
				t.Errorf("it was not told to end; the log has %q", got)
			}
		})
	}
}

// beforeTheGrace fails the test if it takes as long as the grace of an instance.
func beforeTheGrace(t *testing.T) (end func()) {
	t.Helper()
	started := time.Now()
	return func() {
		if took := time.Since(started); took > 15*time.Second {
			t.Errorf("it took %v", took)
		}
	}
}

func TestFolderOfAnInstance(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	w.dir = filepath.Join(w.dir, strings.Repeat("long", 20))
	r := w.runner("a", `: > "$TEST_TMPDIR/file"
echo '{"resources": [{"name": "'"$TEST_TMPDIR"'"}]}'`, db("db", 1))
	held := r.acquire(need("db", 1))
	dir := values(held, "db")[0]
	held.Release()
	if len(dir) > 40 {
		t.Errorf("%s is too long for sockets", dir)
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil || filepath.Dir(real) != w.path("tmp") {
		t.Errorf("it is %s, %v", real, err)
	}
	if _, err := os.Stat(filepath.Join(real, "file")); err != nil {
		t.Errorf("while the instance is up: %v", err)
	}
	r.Close()
	for _, gone := range []string{real, filepath.Dir(dir)} {
		if _, err := os.Lstat(gone); !os.IsNotExist(err) {
			t.Errorf("%s is left (%v)", gone, err)
		}
	}
}

func TestCloseStopsWhatIsInUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	r := w.runner("a", server, db("db", 1))
	held := r.acquire(need("db", 1))
	r.Close()
	w.wantLog("a up db0", "a down db0")
	held.Release()
	w.runner("b", server, db("db", 1)).acquire(need("db", 1)) // the unit is free
}

func TestCancelWhileTheSetupRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	script, lifeline := lifelined(t, `log "up $UNIT"; sleep 1000`)
	r := w.runner("a", script, db("db", 1))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		w.awaitLog(1)
		cancel()
	}()
	if _, err := r.try(ctx, need("db", 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	lifeline.AwaitGone()
	w.runner("b", server, db("db", 1)).acquire(need("db", 1))
	w.wantLog("a up db0", "b up db0")
}

func TestDeadInstanceIsSetUpAnew(t *testing.T) {
	t.Parallel()
	const (
		loop      = `while :; do sleep 0.02; done`
		bySignal  = "was ended by a signal (killed) (it printed at last: \"broken\")"
		ofProcess = `sh -c '` + loop + `' > /dev/null & echo '{"pid": '$!', "resources": [{"name": "'$!'"}]}'`
	)
	for name, c := range map[string]struct{ script, warning string }{
		"its process":       {ofProcess, "has ended"},
		"its setup":         {`echo broken >&2; echo '{"resources": [{"name": "'$$'"}]}'; ` + loop, bySignal},
		"its setup, as pid": {`echo '{"pid": '$$', "resources": [{"name": "'$$'"}]}'; ` + loop, "has ended"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db("db", 1))
			r := w.runner("a", c.script, db("db", 1))
			held := r.acquire(need("db", 1))
			first := values(held, "db")[0]
			held.Release()
			kill(t, first)
			w.await("warning", func() bool { // the kernel needs a moment
				held = r.acquire(need("db", 1))
				defer held.Release()
				r.mu.Lock()
				defer r.mu.Unlock()
				return len(r.warnings) > 0
			})
			if next := values(r.acquire(need("db", 1)), "db")[0]; next == first {
				t.Errorf("process %s is handed out although it is dead", next)
			}
			if len(r.warnings) != 1 || !strings.HasPrefix(r.warnings[0], "//r:db: unit 0: its ") ||
				!strings.Contains(r.warnings[0], c.warning) || !strings.HasSuffix(r.warnings[0], ", so it is set up anew") {
				t.Errorf("warnings %q", r.warnings)
			}
		})
	}
}

func kill(t *testing.T, text string) {
	t.Helper()
	pid, err := strconv.Atoi(text)
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// losing is a locker whose grants can be lost.
type losing struct {
	lock.Locker
	lost chan struct{}
}

type losable struct {
	lock.Held
	lost chan struct{}
}

func (l losing) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	held, err := l.Locker.Acquire(ctx, needs)
	return losable{held, l.lost}, err
}

func (h losable) Lost() <-chan struct{} { return h.lost }
func (h losable) Confirm() error {
	select {
	case <-h.lost:
		return lock.ErrLost
	default:
		return nil
	}
}

// A deaf instance goes at once, without a grace.
func TestLossKillsTheInstance(t *testing.T) {
	t.Parallel()
	for _, use := range []string{"idle", "in use"} {
		t.Run(use, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db("db", 1))
			lost := make(chan struct{})
			w.inner = losing{w.inner, lost}
			script, lifeline := lifelined(t, `trap "" TERM; echo '{"resources": [{}]}'; while :; do sleep 0.02; done`)
			r := w.runner("a", script, db("db", 1))
			held := r.acquire(need("db", 1))
			if err := held.Confirm(); err != nil {
				t.Error(err)
			}
			if use == "idle" {
				held.Release()
			}
			defer beforeTheGrace(t)()
			close(lost)
			lifeline.AwaitGone()
			if use == "in use" {
				<-held.Lost()
				if err := held.Confirm(); !errors.Is(err, lock.ErrLost) {
					t.Errorf("error %v", err)
				}
				held.Release()
			}
			w.await("free unit", func() bool {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				free, err := w.inner.(losing).Locker.Acquire(lock.WithTrace(ctx, lock.Trace{Waiting: func(string) { cancel() }}),
					[]group.Need{need("db", 1)})
				if err == nil {
					free.Release()
				}
				return err == nil
			})
		})
	}
}

// quietly is a grant that is lost although the lock knows nothing of it: a keeper was killed.
type quietly struct{ losable }

func (quietly) Confirm() error { return nil }

// A case that is about to begin when its instance is lost finds the variables that it was promised,
// and its result does not count, although the instance is forgotten by then.
func TestLossBeforeTheCaseBegins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	lost, plain := make(chan struct{}), w.inner
	w.inner = lockerFunc(func(ctx context.Context, needs []group.Need) (lock.Held, error) {
		held, err := plain.Acquire(ctx, needs)
		return quietly{losable{held, lost}}, err
	})
	held := w.runner("a", server, db("db", 1)).acquire(need("db", 1))
	close(lost)
	<-held.Lost()
	w.awaitLog(1)
	w.await("end of the instance", func() bool { return w.ended() })
	if got := values(held, "db"); len(got) != 1 || got[0] != "a-db0" {
		t.Errorf("the case finds %q", got)
	}
	if err := held.Confirm(); !errors.Is(err, lock.ErrLost) {
		t.Errorf("error %v", err)
	}
	held.Release()
}

// lockerFunc is a function as a locker.
type lockerFunc func(context.Context, []group.Need) (lock.Held, error)

func (f lockerFunc) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	return f(ctx, needs)
}

// ended reports whether no folder of an instance is left.
func (w *world) ended() bool {
	left, _ := filepath.Glob(w.path("tmp/instance-*"))
	return len(left) == 0
}
