package gate

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/encoding/gzip" // for clients that use it
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
)

const (
	// maxMessage is the largest message that passes. Clients of clusters stay far below.
	maxMessage = 64 << 20
	// drain is for how long requests that no other gate can go on with may take to end.
	drain = 10 * time.Second
	// reportEach is how often the log says what there is.
	reportEach = time.Minute
)

// Server is a running gate.
type Server struct {
	gate   *gate
	grpc   *grpc.Server
	health *health.Server
}

// New returns a gate in front of the cluster at target, a gRPC target, which speaks TLS if secrets
// are not nil.
func New(config Config, target string, secrets *tls.Config) (*Server, error) {
	upstream, err := newPool(target, dialOptions(secrets)...)
	if err != nil {
		return nil, fmt.Errorf("executor %s: %w", target, err)
	}
	return &Server{gate: newGate(config, upstream)}, nil
}

func dialOptions(clusters *tls.Config) []grpc.DialOption {
	secrets := insecure.NewCredentials()
	if clusters != nil {
		secrets = credentials.NewTLS(clusters)
	}
	return []grpc.DialOption{
		grpc.WithTransportCredentials(secrets),
		grpc.WithDefaultCallOptions(
			grpc.ForceCodecV2(newCodec()), grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage),
		),
	}
}

func serverOptions(g *gate, own *tls.Config) []grpc.ServerOption {
	options := []grpc.ServerOption{
		grpc.ForceServerCodecV2(newCodec()), grpc.UnknownServiceHandler(g.relay), grpc.StatsHandler(connections{}),
		grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage),
		// A client that has vanished loses its place.
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 30 * time.Second, Timeout: 20 * time.Second}),
		// Bazel may ask as often as it likes whether the gate lives.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Second, PermitWithoutStream: true}),
	}
	if own != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(own)))
	}
	return options
}

// Serve serves until ctx ends, and then ends: what waits or runs for a group can be gone on with at
// another gate at once, and all else has a moment to end. Clients need TLS if secrets are not nil.
// While many actions wait, it makes the garbage collector of this process work more often.
func (s *Server) Serve(ctx context.Context, listener net.Listener, secrets *tls.Config) error {
	defer s.gate.upstream.close()
	s.health = health.NewServer()
	s.grpc = grpc.NewServer(serverOptions(s.gate, secrets)...)
	repb.RegisterExecutionServer(s.grpc, execution{gate: s.gate})
	healthpb.RegisterHealthServer(s.grpc, s.health)
	failed := make(chan error, 1)
	go func() { failed <- s.grpc.Serve(listener) }()
	report := time.NewTicker(reportEach)
	defer report.Stop()
	collection := newCollection()
	defer collection.stop()
	for {
		select {
		case err := <-failed:
			s.gate.close()
			return err
		case <-collection.ticker.C:
			collection.adapt(s.gate.census.count())
		case <-report.C:
			if line, changed := s.gate.census.line(); changed {
				s.gate.config.Log("%s", line)
			}
		case <-ctx.Done():
			s.stop()
			return nil
		}
	}
}

func (s *Server) stop() {
	s.health.Shutdown()
	s.gate.close()
	timer := time.AfterFunc(drain, s.grpc.Stop)
	defer timer.Stop()
	s.grpc.GracefulStop()
}
