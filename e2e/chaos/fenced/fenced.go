// Package fenced is a resource that rejects holders that have lost it: a server that accepts a
// write only if its fencing token is not below one that it has seen.
//
// A lock alone cannot stop a holder that stands still (SIGSTOP, a frozen virtual machine) for
// longer than its lease lives, and then continues as if nothing had happened. Only the resource
// that the lock protects can, by such a check.
package fenced

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
)

// Write is what a holder asks the resource to do.
type Write struct {
	// Group is the group that the resource belongs to.
	Group string `json:"group"`
	// Fence is the holder's fencing token.
	Fence int64 `json:"fence"`
	// Holder names the holder.
	Holder string `json:"holder"`
}

// Server is the resource of any number of groups.
type Server struct {
	listener net.Listener
	serving  sync.WaitGroup

	mu       sync.Mutex
	highest  map[string]int64
	accepted []Write
	rejected []Write
}

// Listen starts a server on a socket at path.
func Listen(path string) (*Server, error) {
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	s := &Server{listener: listener, highest: map[string]int64{}}
	s.serving.Go(s.accept)
	return s, nil
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.serving.Go(func() {
			defer func() { _ = conn.Close() }()
			s.serve(conn)
		})
	}
}

// serve answers the writes of one connection until it ends.
func (s *Server) serve(conn io.ReadWriter) {
	decoder, encoder := json.NewDecoder(conn), json.NewEncoder(conn)
	for {
		var w Write
		if decoder.Decode(&w) != nil {
			return
		}
		if encoder.Encode(s.write(w)) != nil {
			return
		}
	}
}

// write reports whether w is accepted.
func (s *Server) write(w Write) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.Fence < s.highest[w.Group] {
		s.rejected = append(s.rejected, w)
		return false
	}
	s.highest[w.Group] = w.Fence
	s.accepted = append(s.accepted, w)
	return true
}

// Accepted returns the writes that were accepted, in their order.
func (s *Server) Accepted() []Write {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Write(nil), s.accepted...)
}

// Rejected returns the writes that were rejected.
func (s *Server) Rejected() []Write {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Write(nil), s.rejected...)
}

// Close ends the server when all clients have disconnected.
func (s *Server) Close() error {
	err := s.listener.Close()
	s.serving.Wait()
	return err
}

// Client is a connection to a server.
type Client struct {
	conn    net.Conn
	decoder *json.Decoder
	encoder *json.Encoder
}

// Dial connects to the server at path.
func Dial(path string) (*Client, error) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, err
	}
	return &Client{conn: conn, decoder: json.NewDecoder(conn), encoder: json.NewEncoder(conn)}, nil
}

// Write reports whether w is accepted.
func (c *Client) Write(w Write) (accepted bool, err error) {
	if err := c.encoder.Encode(w); err != nil {
		return false, err
	}
	err = c.decoder.Decode(&accepted)
	return accepted, err
}

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// Check checks that the writes that a resource has accepted come from one holder after another,
// with rising tokens.
func Check(accepted []Write) error {
	var errs []error
	last := map[string]Write{}
	for _, w := range accepted {
		before, seen := last[w.Group]
		switch {
		case !seen || w == before:
		case w.Fence < before.Fence:
			errs = append(errs, fmt.Errorf("%s: %s wrote with the token %d after %s with %d",
				w.Group, w.Holder, w.Fence, before.Holder, before.Fence))
		case w.Fence == before.Fence:
			errs = append(errs, fmt.Errorf("%s: %s and %s wrote with one token, %d", w.Group, before.Holder, w.Holder, w.Fence))
		}
		last[w.Group] = w
	}
	return errors.Join(errs...)
}
