package gate

import (
	"context"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// Nothing that a stranger sends ends the gate: neither messages of random bytes, to any method, nor
// actions and commands of random bytes, nor what is no gRPC.
func TestStrangers(t *testing.T) {
	c := newCluster(t)
	g := startGate(t, newSpace(t, commonEtcd(t)), c.Address)
	random := rand.New(rand.NewPCG(1, 2))
	noise := func() []byte {
		data := make([]byte, random.IntN(200))
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		return data
	}
	connection := connection(t, g.address)
	for _, method := range []string{
		repb.Execution_Execute_FullMethodName, repb.Execution_WaitExecution_FullMethodName,
		repb.ContentAddressableStorage_BatchReadBlobs_FullMethodName, "/no.such.Service/Method",
	} {
		for range 50 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			ctx = metadata.AppendToOutgoingContext(ctx, requestMetadata, string(noise()))
			message := &frame{}
			message.data = append(message.data, buffer(noise()))
			_ = connection.Invoke(ctx, method, message, &frame{}, grpc.ForceCodecV2(newCodec()))
			cancel()
		}
	}
	for range 50 {
		action := &repb.Action{CommandDigest: c.Put(raw(noise()))}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		for _, digest := range []*repb.Digest{c.Put(action), c.Put(raw(noise())), {Hash: "x", SizeBytes: -1}} {
			if stream, err := repb.NewExecutionClient(connection).Execute(ctx, &repb.ExecuteRequest{ActionDigest: digest}); err == nil {
				_, _ = stream.Recv()
			}
		}
		cancel()
	}
	speakNoise(t, g.address, noise)

	a := run(t, repb.NewExecutionClient(connection), c.Action("a", holding(oneOfDB)))
	a.nextIn(repb.ExecutionStage_EXECUTING)
	c.End("a")
	a.finish()
}

// speakNoise connects and sends what is no HTTP.
func speakNoise(t *testing.T, address string, noise func() []byte) {
	t.Helper()
	for range 20 {
		stranger, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = stranger.Write(noise())
		_ = stranger.Close()
	}
}

// raw returns a message with these bytes as an unknown field, or as what they happen to be.
func raw(data []byte) proto.Message {
	var m repb.Command
	if proto.Unmarshal(data, &m) != nil {
		m.Arguments = nil
		m.ProtoReflect().SetUnknown(nil)
		m.WorkingDirectory = "noise"
	}
	return &m
}
