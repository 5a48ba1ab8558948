package gate

import (
	"context"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// requestMetadata is the header in which a client says what a request is for.
const requestMetadata = "build.bazel.remote.execution.v2.requestmetadata-bin"

// metadataOf returns what a client says that its request is for; nothing if it does not say.
func metadataOf(ctx context.Context) *repb.RequestMetadata {
	incoming, _ := metadata.FromIncomingContext(ctx)
	values := incoming.Get(requestMetadata)
	if len(values) == 0 {
		return nil
	}
	var m repb.RequestMetadata
	if err := proto.Unmarshal([]byte(values[0]), &m); err != nil {
		return nil
	}
	return &m
}

// targetOf returns the label of the target that a request is for; empty if the client does not say.
func targetOf(ctx context.Context) string { return metadataOf(ctx).GetTargetId() }

// outgoing returns the context for a request to the cluster that stands for one of a client: with
// its deadline and its headers, such as authorization and the metadata of Bazel.
func outgoing(ctx context.Context) context.Context {
	incoming, _ := metadata.FromIncomingContext(ctx)
	return metadata.NewOutgoingContext(ctx, forwardable(incoming))
}

// forwardable returns the headers that belong to a request, and not to a connection.
func forwardable(headers metadata.MD) metadata.MD {
	kept := metadata.MD{}
	for name, values := range headers {
		switch {
		case strings.HasPrefix(name, ":"), strings.HasPrefix(name, "grpc-"):
		case name == "content-type", name == "user-agent", name == "te":
		default:
			kept[name] = values
		}
	}
	return kept
}
