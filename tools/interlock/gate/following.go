package gate

import (
	"context"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// following is an operation with an admission, whose client hears what the cluster says.
type following struct {
	gate      *gate
	client    client
	operation operation
	admission *admission
}

// follow lets the cluster carry the operation out. It ends the admission as soon as the action has
// ended, or when it is certain that nobody goes on with it.
func (f *following) follow() error {
	ctx, cancel := context.WithCancel(f.client.Context())
	defer cancel()
	defer context.AfterFunc(f.gate.leaving, cancel)()
	err := f.ask(ctx)
	switch {
	case f.gate.leaving.Err() != nil && ctx.Err() != nil && f.client.Context().Err() == nil:
		return errRestarts // another gate goes on with what the operation holds
	case f.client.Context().Err() != nil:
		f.admission.leaveTo(f.client.Context())
	case mayAskAgain(err):
		f.admission.releaseLater()
	default:
		f.admission.release()
	}
	return err
}

// ask begins the operation, or goes on with it. If the cluster has forgotten it, it begins anew.
func (f *following) ask(ctx context.Context) error {
	if name := f.operation.forwarded; name != "" {
		err := f.gate.ask(ctx, f.client, waitFor(&repb.WaitExecutionRequest{Name: name}), f.pass)
		if status.Code(err) != codes.NotFound {
			return err
		}
	}
	return f.gate.ask(ctx, f.client, execute(f.operation.request), f.pass)
}

// pass passes a message on, under a name by which any gate can go on. The groups are free for the
// next action before the client knows that this one has ended.
func (f *following) pass(message *longrunning.Operation) error {
	if message.GetDone() {
		f.admission.release()
	}
	if message.GetName() != "" {
		f.operation.forwarded = message.GetName()
	}
	message.Name = f.operation.name()
	return f.client.Send(message)
}

// mayAskAgain reports whether clients go on with an operation whose stream has ended in this way.
func mayAskAgain(err error) bool {
	switch status.Code(err) {
	case codes.OK, codes.Unavailable, codes.Unknown, codes.Internal, codes.Aborted, codes.ResourceExhausted, codes.DeadlineExceeded:
		return true // OK: the cluster has ended the stream before the action
	}
	return false
}
