// Tests that share a port, and take turns at it.
package quickstart_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.com/examples/quickstart/notes"
)

// startServer starts the server that this test talks to.
func startServer(t *testing.T) {
	t.Helper()
	server, err := notes.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
}

// request sends a request to the server and returns the body of its answer.
func request(t *testing.T, method, path, body string) string {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+notes.Address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s: %s", method, path, response.Status, answer)
	}
	return string(answer)
}

func wantFound(t *testing.T, words string, count int) {
	t.Helper()
	answer := request(t, http.MethodGet, "/search?words="+url.QueryEscape(words), "")
	if want := fmt.Sprint(count); answer != want {
		t.Errorf("%s notes contain %q, want %s", answer, words, want)
	}
}
