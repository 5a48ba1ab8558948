package cluster

import (
	"context"
	"log"
	"syscall"

	runnerpb "github.com/buildbarn/bb-remote-execution/pkg/proto/runner"
	"github.com/buildbarn/bb-remote-execution/pkg/runner"
	"github.com/buildbarn/bb-storage/pkg/filesystem"
	"github.com/buildbarn/bb-storage/pkg/filesystem/path"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// actions returns what runs the commands of actions, below a folder. An action whose time is up is
// killed (SIGKILL), and gets no SIGTERM before.
func (s workerSpec) actions(buildPath string) runnerpb.RunnerClient {
	directory, err := filesystem.NewLocalDirectory(path.LocalFormat.NewParser(buildPath))
	if err != nil {
		log.Fatal(err)
	}
	base, walker := path.EmptyBuilder.Join(path.NewAbsoluteScopeWalker(path.VoidComponentWalker))
	if err := path.Resolve(path.LocalFormat.NewParser(buildPath), walker); err != nil {
		log.Fatal(err)
	}
	attr := &syscall.SysProcAttr{}
	if s.Machine.User != 0 {
		attr.Credential = &syscall.Credential{Uid: s.Machine.User, Gid: s.Machine.User}
	}
	return inProcess{runner.NewLocalRunner(directory, base, runner.NewPlainCommandCreator(attr), true)}
}

// inProcess calls a runner of actions that is in this process.
type inProcess struct{ server runnerpb.RunnerServer }

func (r inProcess) CheckReadiness(ctx context.Context, in *runnerpb.CheckReadinessRequest, _ ...grpc.CallOption) (*emptypb.Empty, error) {
	return r.server.CheckReadiness(ctx, in)
}

// Run fails with the status that gRPC would have if the time is up.
func (r inProcess) Run(ctx context.Context, in *runnerpb.RunRequest, _ ...grpc.CallOption) (*runnerpb.RunResponse, error) {
	out, err := r.server.Run(ctx, in)
	if ctx.Err() != nil {
		return nil, status.FromContextError(ctx.Err()).Err()
	}
	return out, err
}
