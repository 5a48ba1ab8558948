// Tests of counters that are in Redis: each case has a server for itself.
package redis_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// redis runs a command on the server that the environment names, and returns its answer.
func redis(t *testing.T, args ...string) string {
	t.Helper()
	text, err := exec.Command("redis-cli", append([]string{"-s", os.Getenv("REDIS_SOCKET")}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", args, err, text)
	}
	return strings.TrimSpace(string(text))
}

// visit counts some visits from nothing, since others have used the server before.
func visit(t *testing.T, times int) {
	t.Helper()
	redis(t, "DEL", "visits")
	for range times {
		redis(t, "INCR", "visits")
	}
}

// wantVisits fails the test unless so many are counted, now and a little later.
func wantVisits(t *testing.T, want string) {
	t.Helper()
	for range 2 {
		if got := redis(t, "GET", "visits"); got != want {
			t.Errorf("%s visits, want %s", got, want)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestOneVisit(t *testing.T) {
	visit(t, 1)
	wantVisits(t, "1")
}

func TestTwoVisits(t *testing.T) {
	visit(t, 2)
	wantVisits(t, "2")
}

func TestThreeVisits(t *testing.T) {
	visit(t, 3)
	wantVisits(t, "3")
}
