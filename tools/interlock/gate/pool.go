package gate

import (
	"sync"

	"google.golang.org/grpc"
)

// streamsEach is how many requests share a connection to the cluster. Many servers allow 100, and
// let others wait.
const streamsEach = 90

// pool is as many connections to the cluster as its requests need.
type pool struct {
	dial func() (*grpc.ClientConn, error)

	mu          sync.Mutex
	connections []*pooled
}

type pooled struct {
	*grpc.ClientConn
	streams int
}

// newPool returns a pool with one connection, which is not made before it is needed.
func newPool(target string, options ...grpc.DialOption) (*pool, error) {
	p := &pool{dial: func() (*grpc.ClientConn, error) { return grpc.NewClient(target, options...) }}
	first, err := p.dial()
	if err != nil {
		return nil, err
	}
	p.connections = []*pooled{{ClientConn: first}}
	return p, nil
}

// use returns a connection for one request, which calls done in the end.
func (p *pool) use() (connection grpc.ClientConnInterface, done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	chosen := p.choose()
	chosen.streams++
	return chosen.ClientConn, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		chosen.streams--
	}
}

func (p *pool) choose() *pooled {
	least := p.connections[0]
	for _, c := range p.connections {
		if c.streams < streamsEach {
			return c
		}
		if c.streams < least.streams {
			least = c
		}
	}
	further, err := p.dial()
	if err != nil {
		return least
	}
	p.connections = append(p.connections, &pooled{ClientConn: further})
	return p.connections[len(p.connections)-1]
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.connections {
		_ = c.Close()
	}
}
