package gate

import (
	"context"
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// An action without groups passes as it is: its messages, its headers and the name of its
// operation, by which a client can go on.
func TestPass(t *testing.T) {
	c := newCluster(t)
	g := startGate(t, newSpace(t, commonEtcd(t)), c.Address)
	client := executionAt(t, g.address)
	a := run(t, client, c.Action("a", nil))
	message := a.nextIn(repb.ExecutionStage_EXECUTING)
	if message.GetName() != "operation-1" {
		t.Errorf("the operation is called %q", message.GetName())
	}
	a.cancel()
	a = goOn(t, client, message.GetName())
	a.nextIn(repb.ExecutionStage_EXECUTING)
	c.End("a")
	a.finish()
}

func TestHeadersPass(t *testing.T) {
	c := newCluster(t)
	g := startGate(t, newSpace(t, commonEtcd(t)), c.Address)
	for name, variables := range map[string]map[string]string{"without groups": nil, "with groups": holding(oneOfDB)} {
		text, err := proto.Marshal(&repb.RequestMetadata{ActionMnemonic: testMnemonic, TargetId: "//a:b"})
		if err != nil {
			t.Fatal(err)
		}
		ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer x", requestMetadata, string(text))
		stream, err := executionAt(t, g.address).Execute(ctx, &repb.ExecuteRequest{ActionDigest: c.Action(name, variables)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Recv(); err != nil {
			t.Fatal(err)
		}
		got := c.Headers()
		if got.Get("authorization")[0] != "Bearer x" || got.Get(requestMetadata)[0] != string(text) {
			t.Errorf("%s: the cluster got the headers %v", name, got)
		}
		c.End(name)
	}
}

// Services that the gate knows nothing of pass, with their errors.
func TestOtherServicesPass(t *testing.T) {
	c := newCluster(t)
	g := startGate(t, newSpace(t, commonEtcd(t)), c.Address)
	connection := connection(t, g.address)
	capabilities, err := repb.NewCapabilitiesClient(connection).GetCapabilities(t.Context(), &repb.GetCapabilitiesRequest{})
	if err != nil || !capabilities.GetExecutionCapabilities().GetExecEnabled() {
		t.Errorf("%v, %v", capabilities, err)
	}
	storage := repb.NewContentAddressableStorageClient(connection)
	large := &repb.Command{Arguments: []string{strings.Repeat("x", 2<<20)}}
	digest := c.Put(large)
	blobs, err := storage.BatchReadBlobs(t.Context(), &repb.BatchReadBlobsRequest{Digests: []*repb.Digest{digest}})
	if err != nil || len(blobs.GetResponses()[0].GetData()) != int(digest.GetSizeBytes()) {
		t.Errorf("%v", err)
	}
	if _, err := storage.FindMissingBlobs(t.Context(), &repb.FindMissingBlobsRequest{}); status.Code(err) != codes.Unimplemented {
		t.Errorf("error %v, want the cluster's", err)
	}
	answer, err := healthpb.NewHealthClient(connection).Check(t.Context(), &healthpb.HealthCheckRequest{})
	if err != nil || answer.GetStatus() != healthpb.HealthCheckResponse_SERVING {
		t.Errorf("%v, %v", answer, err)
	}
}

// A client that says that an action is no test does not pay for looking at it.
func TestOnlyTestsAreLookedAt(t *testing.T) {
	for mnemonic, looked := range map[string]bool{"GoCompile": false, testMnemonic: true, "": true} {
		a := newActions(nil)
		text, err := proto.Marshal(&repb.RequestMetadata{ActionMnemonic: mnemonic})
		if err != nil {
			t.Fatal(err)
		}
		ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs(requestMetadata, string(text)))
		_, err = a.needsOf(ctx, &repb.ExecuteRequest{}) // which has no action to look at
		if (err != nil) != looked {
			t.Errorf("%q: error %v", mnemonic, err)
		}
	}
}

// What cannot be read does not hold an action back, and is logged once.
func TestUnreadableNeedsPass(t *testing.T) {
	c := newCluster(t)
	g := startGate(t, newSpace(t, commonEtcd(t)), c.Address)
	client := executionAt(t, g.address)
	for i, text := range []string{malformed, malformed, malformed} {
		name := string(rune('a' + i))
		a := run(t, client, c.Action(name, holding(text)))
		a.nextIn(repb.ExecutionStage_EXECUTING)
	}
	if n := g.log.count("capacity 0 is not from"); n != 1 {
		t.Errorf("%d lines about it: %q", n, g.log.lines)
	}
	a := run(t, client, &repb.Digest{Hash: "none", SizeBytes: 1})
	if err := a.failed(); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("error %v, want the cluster's", err)
	}
}

// An execution property means the same as the variable.
func TestProperty(t *testing.T) {
	property := &repb.Platform{Properties: []*repb.Platform_Property{{Name: "os", Value: "x"}, {Name: Property, Value: oneOfDB}}}
	for name, text := range map[string]string{
		"action":  textOf(&repb.Action{Platform: property}, &repb.Command{}),
		"command": textOf(&repb.Action{}, &repb.Command{Platform: property}),
	} {
		if text != oneOfDB {
			t.Errorf("%s: %q", name, text)
		}
	}
}

// The cluster is away: its error reaches the client, and the place is there for a while.
func TestExecutorAway(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	g := startGate(t, space, c.Address)
	client := executionAt(t, g.address)
	digest := c.Action("a", holding(oneOfDB))
	a := run(t, client, digest)
	a.nextIn(repb.ExecutionStage_EXECUTING)
	second := run(t, client, c.Action("b", holding(oneOfDB)))
	second.nextIn(repb.ExecutionStage_QUEUED)
	c.Close()
	if err := a.failed(); status.Code(err) != codes.Unavailable {
		t.Errorf("error %v", err)
	}
	if err := run(t, client, digest).failed(); status.Code(err) != codes.Unavailable {
		t.Errorf("error %v", err)
	}
	if err := second.failed(); status.Code(err) != codes.Unavailable {
		t.Errorf("error %v", err)
	}
	awaitUse(t, space, "nobody has it", "acme/db", func(holders, waiters int) bool { return holders+waiters == 0 })
}

// An operation that the cluster has forgotten is carried out anew.
func TestForgottenOperation(t *testing.T) {
	c := newCluster(t)
	g := startGate(t, newSpace(t, commonEtcd(t)), c.Address)
	client := executionAt(t, g.address)
	a := run(t, client, c.Action("a", holding(oneOfDB)))
	name := a.nextIn(repb.ExecutionStage_EXECUTING).GetName()
	c.Forget()
	a.cancel()
	a = goOn(t, client, name)
	a.nextIn(repb.ExecutionStage_EXECUTING)
	if started := mustStart(t, c, 2); len(started) != 2 {
		t.Errorf("%q have started", started)
	}
	c.End("a")
	a.finish()
}

// Names that a gate has not given out are the cluster's, or are of no operation.
func TestUnknownNames(t *testing.T) {
	c := newCluster(t)
	g := startGate(t, newSpace(t, commonEtcd(t)), c.Address)
	client := executionAt(t, g.address)
	valid := operation{request: &repb.ExecuteRequest{}, place: cluster.NewPlace()}.name()
	for _, name := range []string{
		"", "operation-7", namePrefix, namePrefix + "///", namePrefix + "x/x/x/x", valid + "/", valid[:len(valid)-3] + "*",
		strings.Replace(valid, namePrefix, namePrefix+"x", 1), namePrefix + strings.Repeat("a", maxName),
	} {
		if err := goOn(t, client, name).failed(); status.Code(err) != codes.NotFound {
			t.Errorf("%.50q: error %v, want not found", name, err)
		}
	}
	if _, err := client.WaitExecution(context.Background(), &repb.WaitExecutionRequest{Name: "x"}); err != nil {
		t.Error(err)
	}
}
