package quickstart_test

import (
	"net"
	"testing"

	"example.com/examples/quickstart/notes"
)

// Needs no server, and so waits for nobody.
func TestAddressIsThisMachine(t *testing.T) {
	host, _, err := net.SplitHostPort(notes.Address)
	if err != nil || !net.ParseIP(host).IsLoopback() {
		t.Errorf("%s is open to others (%v)", notes.Address, err)
	}
}
