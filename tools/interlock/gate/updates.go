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

// updates tells a client that its action waits, at intervals that grow. It uses the stream only
// between begin and end.
type updates struct {
	send func(*longrunning.Operation) error

	mu       sync.Mutex
	message  *longrunning.Operation
	interval time.Duration
	timer    *time.Timer
}

// newUpdates returns updates that send something after the first interval again.
func newUpdates(send func(*longrunning.Operation) error, first time.Duration) *updates {
	return &updates{send: send, interval: first}
}

// begin sends the first message.
func (u *updates) begin(o operation) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.message = queued(o)
	u.timer = time.AfterFunc(u.interval, u.again)
	_ = u.send(u.message) // an error means that the client has gone, of which its context tells
}

func (u *updates) again() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.message == nil || u.send(u.message) != nil {
		return
	}
	u.interval = min(2*u.interval, longestInterval)
	u.timer.Reset(u.interval)
}

// end returns when the stream is no longer used.
func (u *updates) end() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.message = nil
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
