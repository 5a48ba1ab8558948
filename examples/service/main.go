// The service: it counts the pieces of each item in stock.
//
//	GET    /ITEM         the number of pieces
//	POST   /ITEM?add=N   adds to it, and returns the sum
//	DELETE /             empties the stock
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
)

func main() {
	listener, err := net.Listen("tcp", os.Getenv("STOCK_ADDRESS"))
	if err != nil {
		log.Fatal(err)
	}
	// It is up. All that comes after this, as the log does, goes to stderr.
	fmt.Printf(`{"pid": %d, "resources": [{}]}`, os.Getpid())
	log.Fatal(http.Serve(listener, newStock()))
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
