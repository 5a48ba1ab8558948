// Package fakecluster is a Remote Execution cluster for tests and benchmarks of the gate: a server
// with storage, whose actions run until they are told to end, or for a time. It is gRPC like a
// real one, and has no executors.
package fakecluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"sync"
	"time"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// Cluster is a running cluster.
type Cluster struct {
	repb.UnimplementedExecutionServer
	repb.UnimplementedContentAddressableStorageServer
	repb.UnimplementedCapabilitiesServer

	// Address is where it serves.
	Address string
	// Takes is how long each action takes; 0 means until End.
	Takes time.Duration
	// Begin, if set, is called with the name of an action when it begins, and its result with the
	// same name when it ends.
	Begin func(name string) (end func())

	server *grpc.Server

	mu         sync.Mutex
	blobs      map[string][]byte
	operations map[string]*operation // by name
	running    map[string]*operation // by action
	// Headers are the headers of the last Execute.
	headers metadata.MD
	started []string
	changed chan struct{} // closed and replaced when started grows
}

// stream is a client's.
type stream interface {
	Send(*longrunning.Operation) error
	Context() context.Context
}

// operation is an action under way.
type operation struct {
	name, action string
	ended        chan struct{}
	once         sync.Once
	digest       *repb.Digest
}

func (o *operation) end() { o.once.Do(func() { close(o.ended) }) }

// Start starts a cluster on a free port of this machine.
func Start(options ...grpc.ServerOption) (*Cluster, error) {
	return StartAt("127.0.0.1:0", options...)
}

// StartAt starts a cluster at an address.
func StartAt(address string, options ...grpc.ServerOption) (*Cluster, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	c := &Cluster{
		Address: listener.Addr().String(), server: grpc.NewServer(options...),
		blobs: map[string][]byte{}, operations: map[string]*operation{}, running: map[string]*operation{}, changed: make(chan struct{}),
	}
	repb.RegisterExecutionServer(c.server, c)
	repb.RegisterContentAddressableStorageServer(c.server, c)
	repb.RegisterCapabilitiesServer(c.server, c)
	go func() { _ = c.server.Serve(listener) }()
	return c, nil
}

// Close ends the cluster, as a crash would.
func (c *Cluster) Close() { c.server.Stop() }

// Forget makes the cluster forget its operations, as a restart does. The actions end.
func (c *Cluster) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.operations)
	clear(c.running)
}

// Put stores a message and returns its digest.
func (c *Cluster) Put(message proto.Message) *repb.Digest {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(data)
	digest := &repb.Digest{Hash: hex.EncodeToString(sum[:]), SizeBytes: int64(len(data))}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blobs[digest.GetHash()] = data
	return digest
}

// Action stores an action called name, whose command has the variables, and returns its digest.
func (c *Cluster) Action(name string, variables map[string]string) *repb.Digest {
	command := &repb.Command{Arguments: []string{name}}
	for key, value := range variables {
		command.EnvironmentVariables = append(command.EnvironmentVariables,
			&repb.Command_EnvironmentVariable{Name: key, Value: value})
	}
	return c.Put(&repb.Action{CommandDigest: c.Put(command)})
}

// End ends the action called name, which runs.
func (c *Cluster) End(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o := c.running[name]; o != nil {
		o.end()
		delete(c.running, name)
	}
}

// Running returns how many actions run.
func (c *Cluster) Running() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.running)
}

// Started returns the names of all actions that have begun, in that order, when there are at least
// n of them.
func (c *Cluster) Started(ctx context.Context, n int) ([]string, error) {
	for {
		c.mu.Lock()
		started, changed := c.started[:len(c.started):len(c.started)], c.changed
		c.mu.Unlock()
		if len(started) >= n {
			return started, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return started, fmt.Errorf("%d actions have begun: %w", len(started), ctx.Err())
		}
	}
}

// Headers returns the headers of the last Execute.
func (c *Cluster) Headers() metadata.MD {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.headers
}

// BatchReadBlobs implements repb.ContentAddressableStorageServer.
func (c *Cluster) BatchReadBlobs(_ context.Context, request *repb.BatchReadBlobsRequest) (*repb.BatchReadBlobsResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answer := &repb.BatchReadBlobsResponse{}
	for _, digest := range request.GetDigests() {
		r := &repb.BatchReadBlobsResponse_Response{Digest: digest}
		data, ok := c.blobs[digest.GetHash()]
		if r.Data = data; !ok {
			r.Status = status.New(codes.NotFound, "no such blob").Proto()
		}
		answer.Responses = append(answer.Responses, r)
	}
	return answer, nil
}

// GetCapabilities implements repb.CapabilitiesServer.
func (c *Cluster) GetCapabilities(context.Context, *repb.GetCapabilitiesRequest) (*repb.ServerCapabilities, error) {
	return &repb.ServerCapabilities{ExecutionCapabilities: &repb.ExecutionCapabilities{ExecEnabled: true}}, nil
}

// Execute implements repb.ExecutionServer. Requests for the same action share one operation.
func (c *Cluster) Execute(request *repb.ExecuteRequest, client repb.Execution_ExecuteServer) error {
	name, err := c.nameOf(request.GetActionDigest())
	if err != nil {
		return err
	}
	headers, _ := metadata.FromIncomingContext(client.Context())
	c.mu.Lock()
	c.headers = headers
	o, isNew := c.begin(name, request)
	c.mu.Unlock()
	if isNew {
		go c.run(o)
	}
	return c.follow(o, client)
}

func (c *Cluster) nameOf(digest *repb.Digest) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var action repb.Action
	var command repb.Command
	if err := proto.Unmarshal(c.blobs[digest.GetHash()], &action); err != nil {
		return "", err
	}
	if err := proto.Unmarshal(c.blobs[action.GetCommandDigest().GetHash()], &command); err != nil {
		return "", err
	}
	if len(command.GetArguments()) == 0 {
		return "", status.Errorf(codes.FailedPrecondition, "there is no action %s", digest.GetHash())
	}
	return command.GetArguments()[0], nil
}

func (c *Cluster) begin(name string, request *repb.ExecuteRequest) (o *operation, isNew bool) {
	if o := c.running[name]; o != nil {
		return o, false
	}
	c.started = append(c.started, name)
	close(c.changed)
	c.changed = make(chan struct{})
	o = &operation{
		name: fmt.Sprintf("operation-%d", len(c.started)), action: name, digest: request.GetActionDigest(), ended: make(chan struct{}),
	}
	c.operations[o.name], c.running[name] = o, o
	return o, true
}

func (c *Cluster) run(o *operation) {
	end := func() {}
	if c.Begin != nil {
		end = c.Begin(o.action)
	}
	if c.Takes > 0 {
		time.Sleep(c.Takes)
		end()
		c.End(o.action)
		return
	}
	<-o.ended
	end()
}

// WaitExecution implements repb.ExecutionServer.
func (c *Cluster) WaitExecution(request *repb.WaitExecutionRequest, client repb.Execution_WaitExecutionServer) error {
	c.mu.Lock()
	o := c.operations[request.GetName()]
	c.mu.Unlock()
	if o == nil {
		return status.Errorf(codes.NotFound, "there is no operation %q", request.GetName())
	}
	return c.follow(o, client)
}

func (c *Cluster) follow(o *operation, client stream) error {
	message := &longrunning.Operation{Name: o.name}
	message.Metadata, _ = anypb.New(&repb.ExecuteOperationMetadata{Stage: repb.ExecutionStage_EXECUTING, ActionDigest: o.digest})
	if err := client.Send(message); err != nil {
		return err
	}
	select {
	case <-client.Context().Done():
		return status.FromContextError(client.Context().Err()).Err()
	case <-o.ended:
	}
	result, _ := anypb.New(&repb.ExecuteResponse{Result: &repb.ActionResult{}})
	return client.Send(&longrunning.Operation{Name: o.name, Done: true, Result: &longrunning.Operation_Response{Response: result}})
}
