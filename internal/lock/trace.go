package lock

import (
	"context"
	"strings"
	"time"
)

// User describes a holder or a waiter of a group, for people to read.
type User struct {
	// Target is the label of the test, and Case the name of its case. Either may be empty. For a
	// command without a test, Case is the command.
	Target string `json:"target,omitempty"`
	Case   string `json:"case,omitempty"`
	// Since is when it began to hold or to wait.
	Since time.Time `json:"since,omitzero"`
}

// String returns text such as "TestX of //a:b since 12:00:01". It is fit for a terminal, because
// any process may publish users.
func (u User) String() string {
	text := u.Case
	if u.Target != "" {
		text = strings.TrimPrefix(text+" of "+u.Target, " of ")
	}
	if !u.Since.IsZero() {
		text += " since " + u.Since.Format(time.TimeOnly)
	}
	return Clean(text)
}

// Trace observes an Acquire, in the way of net/http/httptrace.
type Trace struct {
	// User is the user that asks.
	User User
	// Waiting is called with the label of a group each time before Acquire begins to wait for
	// that group: until then the engine keeps a worker for the case. It must not block.
	Waiting func(label string)
	// Acquired is called with the label of a group when Acquire has it, if the locker knows that
	// before Acquire returns. It must not block.
	Acquired func(label string)
}

type traceKey struct{}

// WithTrace returns a context whose Acquire reports to t.
func WithTrace(ctx context.Context, t Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

// Waiting tells the trace of ctx, if there is one, that Acquire waits for label. It is for
// implementations of Locker.
func Waiting(ctx context.Context, label string) {
	if t, ok := ctx.Value(traceKey{}).(Trace); ok && t.Waiting != nil {
		t.Waiting(label)
	}
}

// Acquired tells the trace of ctx, if there is one, that Acquire has label. It is for
// implementations of Locker that acquire groups one after the other.
func Acquired(ctx context.Context, label string) {
	if t, ok := ctx.Value(traceKey{}).(Trace); ok && t.Acquired != nil {
		t.Acquired(label)
	}
}

// UserOf returns the user that asks in ctx. It is for implementations of Locker.
func UserOf(ctx context.Context) User {
	t, _ := ctx.Value(traceKey{}).(Trace)
	return t.User
}
