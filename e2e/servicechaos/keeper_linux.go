package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/launch"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/internal/keeper"
	"golang.org/x/sys/unix"
)

// keepers are the keepers of a round, one after the other.
type keepers struct {
	program string
	environ []string
	path    func(name string) string

	mu      sync.Mutex // while one starts, or is looked at
	started int
	now     *launch.Process // the last one

	breaking sync.Mutex // while one is killed
}

// current returns the keeper that is up; nil if none is.
func (k *keepers) current() *launch.Process {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.now == nil || k.now.Ended() {
		return nil
	}
	return k.now
}

// start starts a keeper that stays, unless one is up. It does not wait for it.
func (k *keepers) start() (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.now != nil && !k.now.Ended() {
		return false, nil
	}
	output, err := os.Create(k.path(fmt.Sprintf("keeper%d.log", k.started)))
	if err != nil {
		return false, err
	}
	k.started++
	cmd := exec.Command(k.program, "services", "serve")
	cmd.Env = k.environ
	p, err := launch.Start(cmd, output)
	if err != nil {
		return false, err
	}
	k.now = p
	go pin(p)
	return true, nil
}

// pin makes a keeper stay, when it listens.
func pin(p *launch.Process) {
	for ; !p.Ended(); time.Sleep(10 * time.Millisecond) {
		c, err := keeper.Dial()
		if err != nil {
			continue
		}
		var reply keeper.Reply
		err = errors.Join(c.Send(keeper.Request{Version: keeper.Version, Pin: true}), c.Receive(&reply, 20*time.Second))
		c.Close()
		if err == nil {
			return
		}
	}
}

// kill kills the keeper, and returns when it is gone.
func (k *keepers) kill(w *world) (bool, error) {
	return k.whileBroken(w, func(p *launch.Process) bool {
		hit := p.Signal(unix.SIGKILL)
		<-p.Exited()
		return hit
	})
}

// whileBroken does something to the keeper because of which runners may fail.
func (k *keepers) whileBroken(w *world, do func(*launch.Process) bool) (hit bool, err error) {
	k.breaking.Lock()
	defer k.breaking.Unlock()
	p := k.current()
	if p == nil {
		return false, nil
	}
	if err := w.Say(caselog.Break, "keeper", keeperBroken); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, w.Say(caselog.Mend, "keeper", keeperBroken)) }()
	return do(p), nil
}

// ending is how long a keeper, and the command that ends it, may take to end: its services have 20
// seconds each, all at once, and those of a borrower a few more.
const ending = time.Minute

// down runs `services down`. It is an error if that does not end in time or fails.
func (k *keepers) down(arguments ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), ending)
	defer cancel()
	cmd := exec.CommandContext(ctx, k.program, append([]string{"services", "down"}, arguments...)...)
	cmd.Env = k.environ
	output, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("%q does not end within %s: %s", cmd.Args[1:], ending, output)
	}
	if err != nil {
		return fmt.Errorf("%q: %w: %s", cmd.Args[1:], err, output)
	}
	return nil
}
