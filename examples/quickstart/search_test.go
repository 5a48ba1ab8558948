package quickstart_test

import (
	"net/http"
	"testing"
	"time"
)

// The index must not forget what it has found.
func TestSearch(t *testing.T) {
	startServer(t)
	request(t, http.MethodPut, "/notes/a", "buy milk")
	request(t, http.MethodPut, "/notes/b", "buy bread")
	for range 10 {
		wantFound(t, "buy", 2)
		wantFound(t, "milk", 1)
		wantFound(t, "beer", 0)
		time.Sleep(100 * time.Millisecond)
	}
}
