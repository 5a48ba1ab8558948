// Package notes is a small server of the kind that tests cannot share: it
// listens on one fixed port.
package notes

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
)

// Address is where every server listens, since its clients know no other.
const Address = "127.0.0.1:18433"

// Server keeps notes in memory.
type Server struct {
	http  http.Server
	mu    sync.Mutex
	notes map[string]string
}

// Start starts a server. It fails where another one listens.
func Start() (*Server, error) {
	listener, err := net.Listen("tcp", Address)
	if err != nil {
		return nil, fmt.Errorf("starting the notes server: %w", err)
	}
	s := &Server{notes: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /notes/{name}", s.put)
	mux.HandleFunc("DELETE /notes/{name}", s.remove)
	mux.HandleFunc("GET /search", s.search)
	s.http.Handler = mux
	go func() { _ = s.http.Serve(listener) }()
	return s, nil
}

// Close stops the server, and frees the port.
func (s *Server) Close() error { return s.http.Close() }

func (s *Server) put(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes[r.PathValue("name")] = string(text)
}

func (s *Server) remove(_ http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.notes, r.PathValue("name"))
}

// search answers with how many notes contain the words asked for.
func (s *Server) search(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := 0
	for _, text := range s.notes {
		if strings.Contains(text, r.URL.Query().Get("words")) {
			found++
		}
	}
	_, _ = fmt.Fprint(w, found)
}
