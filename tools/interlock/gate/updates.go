package gate

import (
	"sync"
	"time"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/types/known/anypb"
)

// longestInterval is the longest time between two messages, short enough for proxies that end
// silent connections.
const longestInterval = 30 * time.Second

// updates tells a client that its action waits, at intervals that grow, and ends the wait when it is
// too long. It uses the stream only between begin and end.
type updates struct {
	send func(*longrunning.Operation) error

	mu        sync.Mutex
	operation *operation // nil outside of begin and end
	interval  time.Duration
	timer     *time.Timer // one for all: thousands may wait
	until     time.Time
	tooLong   func()
}

// newUpdates returns updates that send the second message after the first interval.
func newUpdates(send func(*longrunning.Operation) error, first time.Duration) *updates {
	return &updates{send: send, interval: first}
}

// begin sends the first message. It calls tooLong if the wait does not end within the longest.
func (u *updates) begin(o operation, longest time.Duration, tooLong func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.operation, u.until, u.tooLong = &o, time.Now().Add(longest), tooLong
	u.timer = time.AfterFunc(0, u.again) // on another goroutine, since sending needs a large stack
}

// again sends a message. An error means that the client has gone, of which its context tells.
func (u *updates) again() {
	u.mu.Lock()
	defer u.mu.Unlock()
	left := time.Until(u.until)
	switch {
	case u.operation == nil:
		return
	case left <= 0:
		u.tooLong()
		return
	case u.send(queued(*u.operation)) != nil:
		return
	}
	u.timer.Reset(min(u.interval, left))
	u.interval = min(2*u.interval, longestInterval)
}

// end returns when the stream is no longer used.
func (u *updates) end() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.operation = nil
	if u.timer != nil {
		u.timer.Stop()
	}
}

// queued is the message that an action waits.
func queued(o operation) *longrunning.Operation {
	message := &longrunning.Operation{Name: o.name()}
	message.Metadata, _ = anypb.New(&repb.ExecuteOperationMetadata{ // it can be marshalled
		Stage: repb.ExecutionStage_QUEUED, ActionDigest: o.request.GetActionDigest(),
		DigestFunction: o.request.GetDigestFunction(),
	})
	return message
}
