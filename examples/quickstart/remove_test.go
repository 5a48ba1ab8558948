package quickstart_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// Notes go one by one, as people are done with them.
func TestRemove(t *testing.T) {
	startServer(t)
	for i := range 10 {
		request(t, http.MethodPut, fmt.Sprintf("/notes/%d", i), "call home")
	}
	for i := range 10 {
		wantFound(t, "home", 10-i)
		time.Sleep(100 * time.Millisecond)
		request(t, http.MethodDelete, fmt.Sprintf("/notes/%d", i), "")
	}
}
