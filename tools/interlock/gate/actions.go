package gate

import (
	"context"
	"fmt"
	"sync"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

const (
	// testMnemonic is what Bazel calls the actions that run tests.
	testMnemonic = "TestRunner"
	// maxBlob is the largest action or command that is looked at.
	maxBlob = 1 << 20
	// readTimeout is how long the storage may take.
	readTimeout = 30 * time.Second
	// cachedActions is how many actions are remembered, at least.
	cachedActions = 4096
	// mostReads is how many actions are looked at at the same time.
	mostReads = 64
)

// actions finds out which groups an action needs, from its command in the cluster's storage.
type actions struct {
	upstream *pool
	reads    chan struct{} // has room for as many as are under way

	mu sync.Mutex
	// young and old are what was found, by action. When young is full it replaces old.
	young, old map[string]needs
}

func newActions(upstream *pool) *actions {
	return &actions{upstream: upstream, reads: make(chan struct{}, mostReads)}
}

// needsOf returns the groups that an action needs; none if it is not a test with groups.
func (a *actions) needsOf(ctx context.Context, request *repb.ExecuteRequest) (needs, error) {
	if mnemonic := metadataOf(ctx).GetActionMnemonic(); mnemonic != "" && mnemonic != testMnemonic {
		return nil, nil
	}
	key := fmt.Sprintf("%s %d %s/%d", request.GetInstanceName(), request.GetDigestFunction(),
		request.GetActionDigest().GetHash(), request.GetActionDigest().GetSizeBytes())
	if found, ok := a.cached(key); ok {
		return found, nil
	}
	select {
	case a.reads <- struct{}{}:
		defer func() { <-a.reads }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	// On another goroutine, since a request needs a large stack, which an action that waits would
	// keep.
	var found needs
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		found, err = a.find(ctx, request)
	}()
	<-done
	if err == nil {
		a.remember(key, found)
	}
	return found, err
}

func (a *actions) find(ctx context.Context, request *repb.ExecuteRequest) (needs, error) {
	ctx, cancel := context.WithTimeout(outgoing(ctx), readTimeout)
	defer cancel()
	var action repb.Action
	var command repb.Command
	if err := a.read(ctx, request, request.GetActionDigest(), &action); err != nil {
		return nil, fmt.Errorf("its action: %w", err)
	}
	if err := a.read(ctx, request, action.GetCommandDigest(), &command); err != nil {
		return nil, fmt.Errorf("its command: %w", err)
	}
	text := textOf(&action, &command)
	if text == "" {
		return nil, nil
	}
	found, err := parseNeeds(text)
	if err != nil {
		return nil, fmt.Errorf("its variable %s: %w", Variable, err)
	}
	return found, nil
}

// read reads a message from the cluster's storage.
func (a *actions) read(ctx context.Context, request *repb.ExecuteRequest, digest *repb.Digest, message proto.Message) error {
	if digest == nil || digest.GetSizeBytes() > maxBlob {
		return fmt.Errorf("%v is not looked at", digest)
	}
	connection, done := a.upstream.use()
	defer done()
	answer, err := repb.NewContentAddressableStorageClient(connection).BatchReadBlobs(ctx, &repb.BatchReadBlobsRequest{
		InstanceName: request.GetInstanceName(), Digests: []*repb.Digest{digest}, DigestFunction: request.GetDigestFunction(),
	})
	if err != nil {
		return err
	}
	if len(answer.GetResponses()) != 1 {
		return fmt.Errorf("%d answers for one digest", len(answer.GetResponses()))
	}
	got := answer.GetResponses()[0]
	if err := status.ErrorProto(got.GetStatus()); err != nil {
		return err
	}
	return proto.Unmarshal(got.GetData(), message)
}

func (a *actions) cached(key string) (needs, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if found, ok := a.young[key]; ok {
		return found, true
	}
	found, ok := a.old[key]
	return found, ok
}

func (a *actions) remember(key string, found needs) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.young == nil || len(a.young) >= cachedActions {
		a.young, a.old = map[string]needs{}, a.young
	}
	a.young[key] = found
}
