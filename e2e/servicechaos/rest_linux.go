package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/keeper"
)

// endKeeper ends the keeper, and starts one for that if none is up: it clears what killed ones have
// left.
func (r *round) endKeeper() error {
	if _, err := r.keepers.start(); err != nil {
		return err
	}
	p := r.keepers.current()
	for deadline := time.Now().Add(ending); p != nil && !p.Ended(); time.Sleep(10 * time.Millisecond) {
		if c, err := keeper.Dial(); err == nil {
			c.Close()
			break
		}
		if time.Now().After(deadline) {
			r.findings.Add("hangs", "the keeper does not start")
			break
		}
	}
	r.find(r.keepers.down())
	if p == nil {
		return nil
	}
	if p.AwaitEnd(ending); p.Hung() {
		r.findings.Add("hangs", "the keeper does not end")
	}
	return nil
}

// dying is how long guardians may take to kill what is left.
const dying = 15 * time.Second

// lookForRest finds processes and files that are left when all has ended.
func (r *round) lookForRest() {
	rest := left(r.mark)
	for deadline := time.Now().Add(dying); len(rest) > 0 && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		rest = left(r.mark)
	}
	for _, pid := range slices.Sorted(maps.Keys(rest)) {
		r.findings.Add("left", "process %d is left: %s", pid, rest[pid])
	}
	folder, err := keeper.Folder()
	if err != nil {
		r.findings.Add("left", "%v", err)
	}
	for _, pattern := range []string{
		r.path("cache/interlock/services/unit-*"), filepath.Join(folder, "il*"), keeper.SocketIn(folder), keeper.SocketIn(folder) + ".new",
	} {
		found, _ := filepath.Glob(pattern)
		for _, path := range found {
			r.findings.Add("left", "%s", describe(path))
		}
	}
}

func describe(path string) string {
	inside, _ := filepath.Glob(filepath.Join(path, "*"))
	return fmt.Sprintf("%s is left, with %q", path, inside)
}
