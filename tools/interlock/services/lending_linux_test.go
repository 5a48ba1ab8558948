package services_test

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/service"
	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

func TestStartedOnce(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, nil)
	first := w.borrow(use)
	pid := first.Values()["pid"]
	first.Stop()
	for range 3 {
		next := w.borrow(use)
		if got := next.Values()["pid"]; got != pid {
			t.Errorf("process %s, and then %s", pid, got)
		}
		if err := next.Confirm(); err != nil {
			t.Error(err)
		}
		next.Stop()
	}
	w.wantLog("up db0")
	w.end()
	w.wantLog("up db0", "down db0")
}

// Units and groups have instances of their own.
func TestOneInstanceForEachUnit(t *testing.T) {
	w := newWorld(t)
	first := w.use("//:a", w.program("up", server), nil, nil)
	second, third := first, first
	second.Slot, second.Spec.Fields = 1, map[string]string{"index": "1"}
	third.Place = "build://other"
	pids := map[string]bool{}
	for _, use := range []keeper.Use{first, second, third} {
		pids[w.borrow(use).Values()["pid"]] = true
	}
	if len(pids) != 3 {
		t.Errorf("three units have the processes %v", pids)
	}
}

func TestResetBeforeEachFurtherHolder(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, w.program("reset", `log "reset $UNIT $SERVICE"`))
	first := w.borrow(use)
	pid := first.Values()["pid"]
	first.Stop()
	w.borrow(use).Stop()
	w.connect(use).Close() // as one that is killed does
	w.awaitIdle()          // who asks before that is taken for somebody who has taken the unit away
	w.borrow(use).Stop()
	w.wantLog("up db0", "reset db0 "+pid, "reset db0 "+pid, "reset db0 "+pid)
}

// An instance that cannot be reset is replaced.
func TestResetThatFailsOrHangs(t *testing.T) {
	for name, script := range map[string]string{"fails": "echo no >&2; exit 3", "hangs": "exec sleep 1000", "is killed": "kill -KILL $$"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			use := w.use("//:a", w.program("up", server), nil, w.program("reset", script))
			use.Spec.Timeout = time.Second
			w.borrow(use).Stop()
			w.borrow(use).Stop()
			w.wantLog("up db0", "down db0", "up db0")
			w.wantSaid("its reset failed: reset ")
		})
	}
}

func TestSetupThatHasChanged(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, nil)
	w.borrow(use).Stop()
	w.borrow(w.use("//:a", w.program("up", server+"\n# changed"), nil, nil)).Stop()
	w.wantLog("up db0", "down db0", "up db0")
	use.Spec.Environ = append(use.Spec.Environ, "MORE=1")
	w.borrow(use).Stop()
	w.wantLog("up db0", "down db0", "up db0", "down db0", "up db0")
	use.Borrower, use.Spec.Variables = "//:b", map[string]string{"UNIT": "db{index}", "MORE": "{index}"}
	w.borrow(use).Stop()
	w.wantSaid("a file of its setup has changed", "//:a has another environment than //:a: MORE",
		"the env of its group has changed: MORE, SERVICE")
}

func TestInstanceThatHasDied(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, nil)
	for range 2 {
		loan := w.borrow(use)
		kill(t, loan.Values()["pid"])
		await(t, "a word on its death", func() bool { return strings.Contains(loan.Death(), "has ended") })
		if err := loan.Confirm(); err != nil {
			t.Errorf("the unit counts as lost: %v", err)
		}
		loan.Stop()
	}
	w.wantLog("up db0", "up db0")
}

func kill(t *testing.T, pid string) {
	t.Helper()
	number, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(number, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// What a killed test may have left in an instance is not for the next one.
func TestBorrowerThatIsKilled(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, nil)
	w.connect(use).Close()
	w.wantLog("up db0", "down db0")
	w.borrow(use).Stop()
	w.wantLog("up db0", "down db0", "up db0")
}

// Who asks holds the unit. Whoever has the instance does not, any more.
func TestBorrowerThatHasLostItsUnit(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, w.program("reset", "log reset"))
	loser := w.borrow(use)
	use.Borrower = "//:b"
	holder := w.borrow(use)
	wantGone(t, loser)
	if err := holder.Confirm(); err != nil {
		t.Error(err)
	}
	w.wantSaid("//:a has it, and //:b says that it holds the unit")
	w.wantLog("up db0", "down db0", "up db0")
}

// A case that has lost its unit may still be dying when the next one comes. A reset would come too
// early.
func TestLoserDoesNotMeetTheNextHolder(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, w.program("reset", "log reset"))
	w.borrow(use).Abandon()
	w.borrow(use).Stop()
	w.wantLog("up db0", "down db0", "up db0")
}

// A test that ends without a word while somebody else has its unit has lost the unit before.
func TestKilledLoserDoesNotMeetTheNextHolder(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, w.program("reset", "log reset"))
	loser := w.connect(use)
	borrowed := make(chan *keeper.Loan)
	go func() { borrowed <- w.borrow(use) }()
	time.Sleep(200 * time.Millisecond) // less than the handover
	loser.Close()
	(<-borrowed).Stop()
	w.wantLog("up db0", "down db0", "up db0")
}

// Several losers in a row go, and not only the first one.
func TestEachLoserGoes(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, nil)
	first := w.connect(use)
	defer first.Close()
	second := w.request(use)
	defer second.Close()
	third := w.borrow(use)
	if err := third.Confirm(); err != nil {
		t.Error(err)
	}
}

// A borrower learns that its instance is taken away before anything happens to that: its case fails
// otherwise, and counts.
func TestLoserLearnsOfItFirst(t *testing.T) {
	for name, take := range map[string]func(*world, keeper.Use){
		"the keeper is told to end":  func(w *world, _ keeper.Use) { w.keeper.End(true) },
		"another one holds the unit": func(w *world, use keeper.Use) { t.Cleanup(w.request(use).Close) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			use := w.use("//:a", w.program("up", `log "up $UNIT"
trap 'sleep 0.3; log down; exit 0' TERM
echo '{"resources": [{}]}'
while :; do sleep 0.01; done`), nil, nil)
			loser := w.borrow(use)
			take(w, use)
			<-loser.Gone()
			if err := loser.Confirm(); err == nil {
				t.Error("it does not know")
			}
			if got := w.log(); len(got) != 1 {
				t.Errorf("the service has ended before: %q", got)
			}
		})
	}
}

// A setup that was stopped because the keeper ends has not failed: the test can start one for itself.
func TestSetupThatIsStoppedHasNotFailed(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", `log "up $UNIT"; sleep 1000 & wait`), nil, nil)
	go func() {
		await(t, "the setup", func() bool { return w.log()[0] != "" })
		w.keeper.End(true)
	}()
	if _, err := w.try(use); !errors.Is(err, keeper.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
}

func TestIdleTimeout(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, nil)
	use.IdleTimeout = 200 * time.Millisecond
	first := w.borrow(use)
	time.Sleep(2 * use.IdleTimeout)
	w.wantLog("up db0")
	first.Stop()
	w.wantLog("up db0", "down db0")
}

func TestSetupIsTriedTwiceByAll(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", `log tried; echo "no disk" >&2; exit 4`), nil, nil)
	for i := range 4 {
		_, err := w.try(use)
		var failed *service.SetupError
		if !errors.As(err, &failed) {
			t.Fatalf("error %v", err)
		}
		wantError(t, err, "the setup up ended with exit code 4")
		if told := strings.Contains(err.Error(), "no disk"); told != (i < 2) {
			t.Errorf("attempt %d: %v", i, err)
		}
		if i >= 2 {
			wantError(t, err, "2 times in a row, and is not tried again for ", "\nhint: ")
		}
	}
	w.wantLog("tried", "tried")
	w.program("up", server)
	w.borrow(use).Stop() // it is another one now
}

func TestHealthIsAwaited(t *testing.T) {
	w := newWorld(t)
	health := w.program("health", `log "asked $SERVICE"; [ "$(wc -l < "$LOG")" -ge 4 ]`)
	use := w.use("//:a", w.program("up", server), health, nil)
	pid := w.borrow(use).Values()["pid"]
	w.wantLog("up db0", "asked "+pid, "asked "+pid, "asked "+pid)
}

func TestNeverHealthy(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), w.program("health", "echo closed; exit 2"), nil)
	use.Spec.Timeout = 500 * time.Millisecond
	_, err := w.try(use)
	wantError(t, err, "the setup up has answered, but what it has started is not healthy within 500ms: "+
		"health ended with exit code 2; it printed at last:\nclosed")
	w.wantLog("up db0", "down db0")
}

// The borrower is right about what it can reach.
func TestUnusableForTheBorrower(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, nil)
	asked := 0
	loan, err := w.tryIf(use, func(keeper.Lent) error {
		if asked++; asked == 1 {
			return errors.New("does not answer")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	loan.Stop()
	w.wantLog("up db0", "down db0", "up db0")
	_, err = w.tryIf(use, func(keeper.Lent) error { return errors.New("is far away") })
	if !errors.Is(err, keeper.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
	wantError(t, err, "//:db: unit 0", "cannot be used from here: is far away")
}

// Without a health program nobody could tell whether such a test reaches the service.
func TestBorrowerWithANetworkOfItsOwn(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, nil)
	use.Network = "net:[1]"
	_, err := w.try(use)
	if !errors.Is(err, keeper.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
	wantError(t, err, "block-network", "no health program")
	use.Spec.Health = w.program("health", "exit 0")
	w.borrow(use).Stop()
}

func TestBorrowerThatGoesWhileTheSetupRuns(t *testing.T) {
	w := newWorld(t)
	lifeline := pipetest.NewLifeline(t)
	use := w.use("//:a", w.program("up", `exec 9> `+lifeline.Path+`
log "up $UNIT"; sleep 1000 & wait`), nil, nil)
	if err := use.Seal(nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		await(t, "the setup", func() bool { _, err := os.Stat(w.path("log")); return err == nil })
		cancel()
	}()
	c, err := keeper.Dial()
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Borrow(ctx, use, func() []keeper.File { return w.files(use) }, func(keeper.Lent) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	lifeline.AwaitGone()
}
