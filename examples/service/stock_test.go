package main_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// call calls the service that this test has for itself, and returns its answer.
func call(t *testing.T, method, path string) string {
	t.Helper()
	request, err := http.NewRequest(method, os.Getenv("STOCK_URL")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s, %v", method, path, response.Status, err)
	}
	return strings.TrimSpace(string(text))
}

// Each test begins with an empty stock, since others have used the service before.
func fill(t *testing.T, item, pieces string) {
	t.Helper()
	call(t, http.MethodDelete, "/")
	call(t, http.MethodPost, "/"+item+"?add="+pieces)
}

// wantPieces fails the test unless so many are in stock, now and a little later.
func wantPieces(t *testing.T, item, want string) {
	t.Helper()
	for range 2 {
		if got := call(t, http.MethodGet, "/"+item); got != want {
			t.Errorf("%s pieces of %s, want %s", got, item, want)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestEmpty(t *testing.T) {
	fill(t, "tea", "5")
	call(t, http.MethodDelete, "/")
	wantPieces(t, "tea", "0")
}

func TestFill(t *testing.T) {
	fill(t, "tea", "5")
	wantPieces(t, "tea", "5")
}

func TestAdd(t *testing.T) {
	fill(t, "tea", "5")
	call(t, http.MethodPost, "/tea?add=2")
	wantPieces(t, "tea", "7")
}

func TestTake(t *testing.T) {
	fill(t, "tea", "5")
	call(t, http.MethodPost, "/tea?add=-2")
	wantPieces(t, "tea", "3")
}
