package lock

import "context"

// Trace observes an Acquire, in the way of net/http/httptrace.
type Trace struct {
	// Waiting is called with the label of a group each time that Acquire
	// begins to wait for that group, and before it does: until then the engine
	// keeps a worker for the case. It must not block.
	Waiting func(label string)
}

type traceKey struct{}

// WithTrace returns a context whose Acquire reports to t.
func WithTrace(ctx context.Context, t Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

// Waiting tells the trace of ctx, if it has one, that label is waited for.
// It is for implementations of Locker.
func Waiting(ctx context.Context, label string) {
	if t, ok := ctx.Value(traceKey{}).(Trace); ok && t.Waiting != nil {
		t.Waiting(label)
	}
}
