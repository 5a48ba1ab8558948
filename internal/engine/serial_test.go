package engine_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// Cases that are serial come last, in the order given, each alone.
func TestSerialCasesRunLastAndAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cases := []schedule.Case{newCase("s1", db), newCase("a"), newCase("s2"), newCase("b", db), newCase("c")}
		cases[0].Serial, cases[2].Serial = true, true
		begin := time.Now()
		r := run(t.Context(), engine.Options{Framework: passAfter(time.Second), Locker: newLocker(db), Workers: 5}, cases...)
		if got := r.started(); !slices.Equal(got[3:], []string{"s1", "s2"}) {
			t.Errorf("started in the order %v", got)
		}
		for name, want := range map[string]time.Duration{"a": 1 * time.Second, "s1": 2 * time.Second, "s2": 3 * time.Second} {
			if at := r.finished(t, name).At.Sub(begin); at != want {
				t.Errorf("%s finished after %v, want %v", name, at, want)
			}
		}
	})
}
