package main

import (
	"slices"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// Each acquisition that waited is matched with the release that let it in. Acquisitions that
// found the group free, or asked after that release, do not count.
func TestHandoffs(t *testing.T) {
	requests := []request{
		{Got: 0, Releasing: 100},
		{Got: 0, Releasing: 150},
		{Queued: 50, Got: 110, Releasing: 200},
		{Queued: 60, Got: 170, Releasing: 300},
		{Queued: 230, Got: 240, Releasing: 400},
	}
	if got, want := handoffsIn(requests, 2), (harness.Samples{10, 20}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPasses(t *testing.T) {
	four := contention{capacity: 4}
	waiter := request{Need: exclusive(2), Asked: 1, Queued: 10, StillWaiting: 50, Got: 100}
	for name, c := range map[string]struct {
		other                 request
		wantCertain, wantMost int
	}{
		"asked before it had its ticket":       {request{Need: exclusive(4), Asked: 9, Got: 20}, 0, 0},
		"held later":                           {request{Need: exclusive(4), Asked: 11, Got: 101}, 0, 0},
		"in its way":                           {request{Need: exclusive(3), Asked: 11, Got: 99}, 1, 1},
		"shared beside exclusive":              {request{Need: shared(), Asked: 11, Got: 99}, 1, 1},
		"beside it while it certainly waited":  {request{Need: exclusive(2), Asked: 11, Got: 49}, 1, 1},
		"beside it when it may have held, too": {request{Need: exclusive(2), Asked: 11, Got: 99}, 0, 1},
	} {
		certain, possible := four.passesOf(waiter, []request{waiter, c.other})
		if certain != c.wantCertain || possible != c.wantMost {
			t.Errorf("%s: %d certain and %d possible passes, want %d and %d", name, certain, possible, c.wantCertain, c.wantMost)
		}
	}
}

func TestConflict(t *testing.T) {
	four, bare := contention{capacity: 4}, contention{capacity: 4, bare: true}
	for _, c := range []struct {
		contention contention
		a, b       group.Need
		want       bool
	}{
		{four, exclusive(2), exclusive(2), false},
		{four, exclusive(2), exclusive(3), true},
		{four, shared(), shared(), false},
		{four, shared(), exclusive(1), true},
		{bare, exclusive(1), exclusive(1), true},
		{bare, shared(), shared(), false},
	} {
		if got := c.contention.conflict(c.a, c.b); got != c.want {
			t.Errorf("%v and %v, bare %v: %v, want %v", c.a, c.b, c.contention.bare, got, c.want)
		}
	}
}

func TestStartsIn(t *testing.T) {
	at := func(seconds ...int) history {
		var h history
		for _, s := range seconds {
			h.Requests = append(h.Requests, request{Got: instant(s) * instant(time.Second)})
		}
		return h
	}
	for _, c := range []struct {
		histories []history
		most      int
		used      float64
	}{
		{[]history{at(0, 10, 20), at(0, 10, 20)}, 2, 1},
		{[]history{at(0, 12, 25), at(1, 13)}, 2, 0.8},
		{[]history{at(0, 8, 20), at(0, 8, 20)}, 4, 1},
		{[]history{at(0)}, 1, 0},
	} {
		most, used := startsIn(c.histories, group.Rate{Starts: 2, Window: 10 * time.Second})
		if most != c.most || used != c.used {
			t.Errorf("%v: got %d, %v, want %d, %v", c.histories, most, used, c.most, c.used)
		}
	}
}
