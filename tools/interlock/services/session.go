package services

import (
	"cmp"
	"os"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/keeper"
)

// greeting is how long a connection may take to say what it is for.
const greeting = 5 * time.Second

// serve answers one connection. It must not trust it: whatever it says, the keeper goes on.
func (k *Keeper) serve(c *keeper.Connection) {
	if err := c.CheckPeer(); err != nil {
		k.say("refused a connection: %v", err)
		return
	}
	var r keeper.Request
	if err := c.Receive(&r, greeting); err != nil {
		return
	}
	switch {
	case r.Down != nil: // of whatever version
		k.goDown(c, *r.Down)
	case r.Version != keeper.Version:
		_ = c.Send(keeper.Reply{Version: keeper.Version})
	case r.Use != nil:
		k.lend(c, r.Use)
	case r.Attach:
		k.attach(c)
	case r.Pin:
		_ = c.Send(welcome(k.keep(func() { k.pinned = true })))
	case r.Status:
		_ = c.Send(keeper.Reply{Version: keeper.Version, Alive: true, PID: os.Getpid(), Services: k.status()})
	}
}

// attach keeps the keeper until the connection ends.
func (k *Keeper) attach(c *keeper.Connection) {
	stays := k.keep(func() { k.attached++ })
	defer k.keep(func() { k.attached-- })
	if c.Send(welcome(stays)) != nil || !stays {
		return
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		var r keeper.Request
		for c.Receive(&r, 0) == nil {
		}
	}()
	select {
	case <-closed:
	case <-k.end:
	}
}

// welcome answers somebody who wants the keeper to stay.
func welcome(stays bool) keeper.Reply {
	if !stays {
		return keeper.Reply{Version: keeper.Version, Refused: errEnding.Error()}
	}
	return keeper.Reply{Version: keeper.Version, Alive: true, PID: os.Getpid()}
}

// goDown ends the keeper, and leaves the connection open until no service is left.
func (k *Keeper) goDown(c *keeper.Connection, d keeper.Down) {
	k.say("was told to end")
	k.End(d.Now)
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for c.Send(keeper.Reply{Version: keeper.Version, Alive: true, Services: k.status()}) == nil {
		select {
		case <-ticker.C:
		case <-k.over:
			return
		}
	}
}

// status tells of all services.
func (k *Keeper) status() (all []keeper.Service) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, u := range k.units {
		if s, ok := u.told(); ok {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b keeper.Service) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Slot, b.Slot))
	})
	return all
}
