package gate

import (
	"context"
	"errors"
	"io"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// errRestarts makes a client ask again, with the operation's name if it has one.
var errRestarts = status.Error(codes.Unavailable, "interlock gate: it is stopping; ask again")

// client is the stream of messages to a client.
type client interface {
	Send(*longrunning.Operation) error
	grpc.ServerStream
}

// answers is a stream of messages from the cluster.
type answers interface {
	Recv() (*longrunning.Operation, error)
	grpc.ClientStream
}

// question asks the cluster for a stream of messages.
type question func(context.Context, repb.ExecutionClient) (answers, error)

func execute(request *repb.ExecuteRequest) question {
	return func(ctx context.Context, c repb.ExecutionClient) (answers, error) { return c.Execute(ctx, request) }
}

func waitFor(request *repb.WaitExecutionRequest) question {
	return func(ctx context.Context, c repb.ExecutionClient) (answers, error) {
		return c.WaitExecution(ctx, request)
	}
}

// execution implements the service Execution.
type execution struct {
	repb.UnimplementedExecutionServer
	gate *gate
}

// Execute implements repb.ExecutionServer.
func (e execution) Execute(request *repb.ExecuteRequest, c repb.Execution_ExecuteServer) error {
	needs, err := e.gate.actions.needsOf(c.Context(), request)
	if err != nil && c.Context().Err() == nil {
		e.gate.notes.once("an action passes without waiting, since its groups are not known: %v", err)
	}
	if len(needs) == 0 {
		return e.gate.ask(c.Context(), c, execute(request), c.Send)
	}
	return e.gate.carryOut(c, operation{request: request, needs: needs, place: cluster.NewPlace()})
}

// WaitExecution implements repb.ExecutionServer.
func (e execution) WaitExecution(request *repb.WaitExecutionRequest, c repb.Execution_WaitExecutionServer) error {
	o, ours, err := parseName(request.GetName())
	switch {
	case err != nil:
		return status.Errorf(codes.NotFound, "interlock gate: no operation has the name %.80q: %v", request.GetName(), err)
	case !ours:
		return e.gate.ask(c.Context(), c, waitFor(request), c.Send)
	}
	return e.gate.carryOut(c, o)
}

// ask asks the cluster on behalf of a client, and calls send with each message of the answer.
func (g *gate) ask(ctx context.Context, c client, ask question, send func(*longrunning.Operation) error) error {
	connection, done := g.upstream.use()
	defer done()
	ctx, cancel := context.WithCancel(outgoing(ctx))
	defer cancel()
	answers, err := ask(ctx, repb.NewExecutionClient(connection))
	if err != nil {
		return err
	}
	for {
		message, err := answers.Recv()
		if err != nil {
			c.SetTrailer(forwardable(answers.Trailer()))
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := send(message); err != nil {
			return err
		}
	}
}

// carryOut waits for an operation's groups, and holds them while the cluster carries it out.
func (g *gate) carryOut(c client, o operation) error {
	f := &following{gate: g, client: c, operation: o}
	if o.forwarded != "" {
		f.admission = g.rejoin(o)
		return f.follow()
	}
	var err error
	if f.admission, err = g.admit(c.Context(), o, newUpdates(c.Send, g.config.firstUpdate)); err != nil {
		return err
	}
	return f.follow()
}
