package keeper

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// maxMessages is far more than one connection carries: the files of a Python interpreter take less
// than a megabyte.
const maxMessages = 64 << 20

// Connection carries messages, one a line, in both directions.
type Connection struct {
	socket  Socket
	decoder *json.Decoder
}

// Socket is a stream socket; *os.File and *net.UnixConn are.
type Socket interface {
	io.ReadWriteCloser
	syscall.Conn
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// NewConnection returns the connection on a socket.
func NewConnection(s Socket) *Connection {
	return &Connection{socket: s, decoder: json.NewDecoder(io.LimitReader(s, maxMessages))}
}

// Close ends the connection.
func (c *Connection) Close() { _ = c.socket.Close() }

// sending is how long the other side may take to accept a message.
const sending = 5 * time.Second

// Send sends a message. It does not wait for long if the other side stands still.
func (c *Connection) Send(message any) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	_ = c.socket.SetWriteDeadline(time.Now().Add(sending))
	_, err = c.socket.Write(append(text, '\n'))
	return err
}

// ErrSilent says that the other side lets somebody wait for too long.
var ErrSilent = errors.New("it says nothing")

// Receive waits for a message; 0 waits for ever. The error wraps ErrSilent if none has come.
func (c *Connection) Receive(message any, within time.Duration) error {
	deadline := time.Time{}
	if within > 0 {
		deadline = time.Now().Add(within)
	}
	_ = c.socket.SetReadDeadline(deadline)
	err := c.decoder.Decode(message)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("%w for %s", ErrSilent, within)
	}
	return err
}
