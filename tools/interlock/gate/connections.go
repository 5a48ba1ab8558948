package gate

import (
	"context"
	"time"

	"google.golang.org/grpc/stats"
)

// connections is a stats.Handler that lets a request know whether its connection has ended. A
// client that cancels a request keeps its connection.
type connections struct{}

type connectionKey struct{}

// TagConn implements stats.Handler.
func (connections) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context {
	return context.WithValue(ctx, connectionKey{}, make(chan struct{}))
}

// HandleConn implements stats.Handler.
func (connections) HandleConn(ctx context.Context, s stats.ConnStats) {
	if ended, ok := ctx.Value(connectionKey{}).(chan struct{}); ok {
		if _, isEnd := s.(*stats.ConnEnd); isEnd {
			close(ended)
		}
	}
}

// TagRPC implements stats.Handler.
func (connections) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

// HandleRPC implements stats.Handler.
func (connections) HandleRPC(context.Context, stats.RPCStats) {}

// breakDelay is how much later than its requests a connection may end.
const breakDelay = 100 * time.Millisecond

// isBroken reports whether a request that has ended did so with its connection, so that its client
// may ask again.
func isBroken(ctx context.Context) bool {
	ended, ok := ctx.Value(connectionKey{}).(chan struct{})
	if !ok {
		return false
	}
	select {
	case <-ended:
		return true
	case <-time.After(breakDelay):
		return false
	}
}
