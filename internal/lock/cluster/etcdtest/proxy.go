package etcdtest

import (
	"errors"
	"net"
	"regexp"
	"sync"
	"testing"
	"time"
)

// Direction is one of the two ways through a Proxy.
type Direction int

const (
	// ToServer is what clients send.
	ToServer Direction = iota
	// ToClient is what the server answers.
	ToClient
)

// Proxy passes TCP connections on to one member, unless told to cut, delay or lose them.
type Proxy struct {
	listener net.Listener
	target   string

	mu          sync.Mutex
	cut         bool
	refused     map[string]bool // members, by ID, that are cut off
	drops       [2]bool
	delay       time.Duration
	connections map[*connection]bool
	dropped     chan struct{} // closed at the first loss since Drop
}

// connection is a connection through the proxy.
type connection struct {
	ends [2]net.Conn // the server's and the client's
	// from is the ID of the member that has opened the connection, once it is known; empty for
	// clients of etcd.
	from string
	// broken says for each direction whether something was lost.
	broken [2]bool
}

func (c *connection) close() {
	for _, end := range c.ends {
		_ = end.Close()
	}
}

// NewProxy starts a proxy in front of target, a host and port, that ends with
// the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	p, err := StartProxy(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// StartProxy starts a proxy in front of target, a host and port.
func StartProxy(target string) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: l, target: target, connections: map[*connection]bool{}, refused: map[string]bool{}, dropped: make(chan struct{})}
	go p.accept()
	return p, nil
}

// Address is the host and port at which the proxy listens.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Close ends the proxy and its connections.
func (p *Proxy) Close() {
	_ = p.listener.Close()
	p.Cut()
}

// Cut closes all connections, and further ones at once, until Heal.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	for c := range p.connections {
		c.close()
	}
}

// refuse is Cut for the connections of one member, by its ID.
func (p *Proxy) refuse(member string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused[member] = true
	for c := range p.connections {
		if c.from == member {
			c.close()
		}
	}
}

// Drop loses everything that goes in a direction, while the connections stay open, until Heal.
// The returned channel is closed when the first bytes are lost.
func (p *Proxy) Drop(way Direction) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drops[way] = true
	p.dropped = make(chan struct{})
	return p.dropped
}

// Delay delays everything that goes through, in each direction, by d, until Heal.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Heal lets everything pass again. It closes connections that have lost something, because what
// follows would make no sense.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut, p.drops, p.delay = false, [2]bool{}, 0
	clear(p.refused)
	for c := range p.connections {
		if c.broken != [2]bool{} {
			c.close()
		}
	}
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			go p.serve(client)
		}
	}
}

func (p *Proxy) serve(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.DialTimeout("tcp", p.target, 5*time.Second)
	if err != nil {
		return
	}
	c := &connection{ends: [2]net.Conn{ToServer: server, ToClient: client}}
	defer c.close()
	if !p.add(c) {
		return
	}
	defer p.remove(c)
	var ways sync.WaitGroup
	for _, way := range []Direction{ToServer, ToClient} {
		ways.Go(func() { defer c.close(); p.pass(c, way) })
	}
	ways.Wait()
}

// pass moves what goes one way through a connection until that ends.
func (p *Proxy) pass(c *connection, way Direction) {
	from, to := c.ends[1-way], c.ends[way]
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 && !p.forward(c, way, to, buffer[:n]) {
			return
		}
		if err != nil {
			return
		}
	}
}

func (p *Proxy) forward(c *connection, way Direction, to net.Conn, text []byte) bool {
	p.mu.Lock()
	delay := p.delay
	p.mu.Unlock()
	time.Sleep(delay)
	if p.refuses(c, text) {
		return false
	}
	if p.loses(c, way) {
		return true
	}
	_, err := to.Write(text)
	return err == nil
}

// sender matches the header by which members name themselves in requests to one another.
var sender = regexp.MustCompile(`(?i)\r\nX-Server-From: ([0-9a-f]+)\r\n`)

// refuses reports whether a connection is from a member that is cut off; text is what comes next
// on it.
func (p *Proxy) refuses(c *connection, text []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if match := sender.FindSubmatch(text); c.from == "" && match != nil {
		c.from = string(match[1])
	}
	return p.refused[c.from]
}

// loses reports whether bytes that go in a direction are lost, and notes that.
func (p *Proxy) loses(c *connection, way Direction) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.drops[way] {
		return c.broken[way]
	}
	c.broken[way] = true
	select {
	case <-p.dropped:
	default:
		close(p.dropped)
	}
	return true
}

func (p *Proxy) add(c *connection) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut {
		return false
	}
	p.connections[c] = true
	return true
}

func (p *Proxy) remove(c *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.connections, c)
}
