package register

import (
	"testing"
	"time"
)

func mustHaveAlarm(t *testing.T) *alarm {
	t.Helper()
	a := mustStation(t, newPlace(t)).alarm(0)
	if a == nil {
		t.Fatal("a lock file has no alarm")
	}
	return a
}

func mustSleep(t *testing.T, a *alarm, ticket int64) (woken chan struct{}, stop func()) {
	t.Helper()
	woken = make(chan struct{}, 1)
	stop, err := a.sleep(0, ticket, woken)
	if err != nil {
		t.Fatal(err)
	}
	return woken, stop
}

// Tickets are drawn at regular intervals if cases take equally long. However long that is, few of
// a thousand waiters wake with another one.
func TestFewTicketsShareABed(t *testing.T) {
	a := mustHaveAlarm(t)
	for interval := int64(1); interval <= 1000; interval++ {
		beds := map[bed]int{}
		for waiter := range int64(1000) {
			beds[a.bed(0, 1_000_000+waiter*interval)]++
		}
		if shared := 1000 - len(beds); shared > 60 {
			t.Errorf("tickets at intervals of %d: %d of 1000 share a bed", interval, shared)
		}
	}
}

// A sleeper that was woken does not wake those who share its bed when it stops to listen: each of
// them would wake it in turn, without end.
func TestStoppedSleeperWakesNobody(t *testing.T) {
	a := mustHaveAlarm(t)
	const one = 1
	other := int64(one + 1)
	for a.bed(0, other) != a.bed(0, one) {
		other++
	}
	rung, stop := mustSleep(t, a, one)
	time.Sleep(10 * time.Millisecond) // it sleeps by then
	a.ring(0, one)
	receive(t, rung, "that it is rung")
	still, stopOther := mustSleep(t, a, other)
	defer stopOther()
	time.Sleep(10 * time.Millisecond)
	stop()
	select {
	case <-still:
		t.Error("the one that stopped has woken another one")
	case <-time.After(50 * time.Millisecond):
	}
	a.ring(0, one)
	receive(t, still, "that the bed is rung")
}
