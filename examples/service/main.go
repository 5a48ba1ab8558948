// The service: it counts the pieces of each item in stock.
//
//	GET    /ITEM         the number of pieces
//	POST   /ITEM?add=N   adds to it, and returns the sum
//	DELETE /             empties the stock
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // a port that nobody else has
	if err != nil {
		log.Fatal(err)
	}
	say("http://" + listener.Addr().String())
	log.Fatal(http.Serve(listener, newStock()))
}

// say tells the runner where the service is. All that comes after it, as the log does, goes to
// stderr.
func say(url string) {
	err := json.NewEncoder(os.Stdout).Encode(map[string]any{
		"pid": os.Getpid(), "resources": []map[string]string{{"url": url}},
	})
	if err != nil {
		log.Fatal(err)
	}
}

type stock struct {
	mu     sync.Mutex
	pieces map[string]int
}

func newStock() http.Handler {
	s := &stock{pieces: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{item}", s.count)
	mux.HandleFunc("POST /{item}", s.add)
	mux.HandleFunc("DELETE /{$}", s.empty)
	return mux
}

func (s *stock) count(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprint(w, s.pieces[r.PathValue("item")])
}

func (s *stock) add(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.FormValue("add"))
	if err != nil {
		http.Error(w, "add is not a number", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pieces[r.PathValue("item")] += n
	fmt.Fprint(w, s.pieces[r.PathValue("item")])
}

func (s *stock) empty(http.ResponseWriter, *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.pieces)
}
