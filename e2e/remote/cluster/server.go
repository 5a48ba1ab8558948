package cluster

import (
	"context"
	"net"
	"path/filepath"
	"time"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/buildqueuestate"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"github.com/buildbarn/bb-storage/pkg/auth"
	"github.com/buildbarn/bb-storage/pkg/blobstore/grpcservers"
	"github.com/buildbarn/bb-storage/pkg/capabilities"
	"github.com/buildbarn/bb-storage/pkg/digest"
	"github.com/buildbarn/bb-storage/pkg/program"
	"google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// maxMessage is the size of the largest message, in bytes.
const maxMessage = 16 << 20

// Server is storage, action cache and scheduler, in one process and in memory: after a restart it
// knows nothing.
type Server struct {
	Process
	address string
}

// serverSpec is what the process of a server has to know.
type serverSpec struct {
	Address    string        `json:"address"`
	WorkerGone time.Duration `json:"worker_gone"`
}

// newServer returns a server at an address of its own, which it keeps over restarts.
func newServer(dir string, workerGone time.Duration) (*Server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &Server{address: address}
	s.log = filepath.Join(dir, "server.log")
	s.part.Server = &serverSpec{Address: address, WorkerGone: workerGone}
	return s, nil
}

// freeAddress returns an address that nobody listens at.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// knownWorkers returns how many workers the scheduler at an address knows.
func knownWorkers(ctx context.Context, address string) (known int, err error) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	queues, err := buildqueuestate.NewBuildQueueStateClient(conn).ListPlatformQueues(ctx, &emptypb.Empty{})
	for _, queue := range queues.GetPlatformQueues() {
		for _, size := range queue.SizeClassQueues {
			known += int(size.WorkersCount)
		}
	}
	return known, err
}

// run serves until the process ends.
func (s serverSpec) run() error {
	endWithParent()
	program.RunMain(func(_ context.Context, siblings, dependencies program.Group) error {
		store, err := newStorage(dependencies)
		if err != nil {
			return err
		}
		queue := newScheduler(store.cas, s.WorkerGone)
		everybody := auth.NewStaticAuthorizer(func(digest.InstanceName) bool { return true })
		server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage))
		remoteexecution.RegisterContentAddressableStorageServer(server, grpcservers.NewContentAddressableStorageServer(store.cas, maxMessage))
		bytestream.RegisterByteStreamServer(server, grpcservers.NewByteStreamServer(store.cas, 64<<10))
		remoteexecution.RegisterActionCacheServer(server, grpcservers.NewActionCacheServer(store.actions, maxMessage))
		remoteexecution.RegisterCapabilitiesServer(server, capabilities.NewServer(capabilities.NewMergingProvider([]capabilities.Provider{
			store.cas, capabilities.NewActionCacheUpdateEnabledClearingProvider(store.actions, everybody), queue,
		})))
		remoteexecution.RegisterExecutionServer(server, queue)
		remoteworker.RegisterOperationQueueServer(server, queue)
		buildqueuestate.RegisterBuildQueueStateServer(server, queue)
		listener, err := net.Listen("tcp", s.Address)
		if err != nil {
			return err
		}
		siblings.Go(func(ctx context.Context, _, _ program.Group) error {
			go func() { <-ctx.Done(); server.Stop() }()
			return server.Serve(listener)
		})
		return nil
	})
	return nil
}
