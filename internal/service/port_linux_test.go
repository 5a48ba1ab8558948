package service

import (
	"fmt"
	"net"
	"testing"
)

// Nobody gets a reserved port by chance, and the service gets it by asking for it.
func TestReservedPort(t *testing.T) {
	t.Parallel()
	var reserved []*reservation
	ports := map[int]bool{}
	for range 200 {
		r, err := reservePort()
		if err != nil {
			t.Fatal(err)
		}
		defer r.end()
		if ports[r.port] {
			t.Fatalf("port %d twice", r.port)
		}
		ports[r.port] = true
		reserved = append(reserved, r)
	}
	for range 2000 {
		if got := anyPort(t); ports[got] {
			t.Fatalf("port %d is reserved, and somebody else has it", got)
		}
	}
	for _, address := range []string{"127.0.0.1", "0.0.0.0", "[::1]", "[::]", ""} {
		l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", address, reserved[0].port))
		if err != nil {
			t.Errorf("the service at %q: %v", address, err)
			continue
		}
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Errorf("a test of the service at %q: %v", address, err)
			continue
		}
		_ = c.Close()
		_ = l.Close()
	}
}

// anyPort returns a port that somebody got who wanted any.
func anyPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}
