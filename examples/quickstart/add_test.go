package quickstart_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// Notes come in one by one, as people write them.
func TestAdd(t *testing.T) {
	startServer(t)
	for i := range 10 {
		request(t, http.MethodPut, fmt.Sprintf("/notes/%d", i), "buy milk")
		time.Sleep(100 * time.Millisecond)
		wantFound(t, "milk", i+1)
	}
}
