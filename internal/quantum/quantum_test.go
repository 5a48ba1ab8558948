package quantum

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestQuantum(t *testing.T) {
	for paid, want := range map[time.Duration]time.Duration{
		0:                0,
		time.Millisecond: 5 * time.Millisecond,
		time.Second:      5 * time.Second,
		time.Minute:      Longest,
	} {
		synctest.Test(t, func(t *testing.T) {
			q := After(paid)
			if want > 0 {
				time.Sleep(want - 1)
				if q.IsOver() {
					t.Errorf("after a payment of %v it is over before %v", paid, want)
				}
				time.Sleep(time.Nanosecond)
			}
			if !q.IsOver() {
				t.Errorf("after a payment of %v it goes on after %v", paid, want)
			}
		})
	}
	if !(Quantum{}).IsOver() {
		t.Error("a holder that has paid nothing goes on")
	}
}
