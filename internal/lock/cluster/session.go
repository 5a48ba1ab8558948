package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// session is a lease in the coordinator, which is kept alive, and a key that hangs on it.
//
// etcd deletes a lease's keys when it has not heard of the lease for the time to live. So
// whenever an answer confirms the lease, the lease lives at least until that time has passed
// since the question was *sent*. The session counts as lost a margin before that, without asking
// anybody.
type session struct {
	client *clientv3.Client
	config coordinator.Config
	lease  clientv3.LeaseID
	// ctx ends when the session is lost or closed.
	ctx  context.Context
	end  context.CancelFunc
	lost chan struct{} // closed when it is lost
	// many says that thousands may wait.
	many bool
	// arrivals are the acquisitions that begin or wait.
	arrivals *arrivals
	hubs     hubs
	// users is how many acquisitions need the session; sessions counts them.
	users int

	mu        sync.Mutex
	confirmed instant       // when the last answered question was sent
	ttl       time.Duration // from then on
	cause     error         // why it is lost; nil if it is not lost
	uses      int64         // how many there were
	watcher   clientv3.Watcher
}

// openSession connects to a coordinator and gets a lease.
func openSession(config coordinator.Config) (*session, error) {
	clientConfig, err := config.Client()
	if err != nil {
		return nil, err
	}
	var s *session
	ctx, cancel := context.WithTimeout(context.Background(), firstContact)
	defer cancel()
	var last error // says more than that the time is up
	err = retry(ctx, firstContact, func(ctx context.Context) error {
		s, err = tryOpen(ctx, config, clientConfig)
		return err
	}, func(err error) {
		if last == nil || !errors.Is(err, context.DeadlineExceeded) {
			last = err
		}
	})
	if err != nil {
		return nil, explain(last, config.Endpoints)
	}
	go s.keepAlive()
	go s.watchClock()
	go s.watchKey()
	return s, nil
}

func tryOpen(ctx context.Context, config coordinator.Config, clientConfig clientv3.Config) (*session, error) {
	clientConfig.DialTimeout = callTimeout
	client, err := clientv3.New(clientConfig)
	if err != nil {
		return nil, err
	}
	ctx = clientv3.WithRequireLeader(ctx)
	sent := now()
	lease, err := client.Grant(ctx, int64(config.TTL/time.Second))
	if err != nil {
		_ = client.Close()
		return nil, err
	}
	s := &session{
		client: client, config: config, lease: lease.ID, lost: make(chan struct{}), arrivals: newArrivals(),
		confirmed: sent, ttl: time.Duration(lease.TTL) * time.Second, watcher: client.Watcher,
	}
	s.ctx, s.end = context.WithCancel(clientv3.WithRequireLeader(context.Background()))
	return s, nil
}

// keepAlive renews the lease, and stops when the session ends.
func (s *session) keepAlive() {
	interval := s.config.TTL / 5
	for s.ctx.Err() == nil {
		pause(s.ctx, interval)
		// Longer than the interval, for a slow coordinator, but short enough to ask another
		// member before the session is lost.
		ctx, cancel := context.WithTimeout(s.ctx, 2*interval)
		err := s.renew(ctx, s.lease)
		cancel()
		switch {
		case err == nil:
			interval = s.config.TTL / 5
		case isLeaseGone(err):
			s.lose(err)
		default:
			interval = min(retryPause, s.config.TTL/20)
		}
	}
}

// renew renews a lease: the session's, or another one of the process.
//
// It does not use the client's KeepAliveOnce, which retries without a pause while a member is
// down.
func (s *session) renew(ctx context.Context, lease clientv3.LeaseID) error {
	stream, err := pb.NewLeaseClient(s.client.ActiveConnection()).LeaseKeepAlive(ctx)
	if err != nil {
		return err
	}
	sent := now()
	if err := stream.Send(&pb.LeaseKeepAliveRequest{ID: int64(lease)}); err != nil && err != io.EOF {
		return err
	}
	answer, err := stream.Recv() // with the error of Send, if that was io.EOF
	if err != nil {
		return err
	}
	_ = stream.CloseSend()
	if answer.TTL <= 0 {
		return rpctypes.ErrLeaseNotFound
	}
	if lease == s.lease {
		s.confirm(sent, time.Duration(answer.TTL)*time.Second)
	}
	return nil
}

func (s *session) confirm(sent instant, ttl time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sent.elapsed() < s.confirmed.elapsed() {
		s.confirmed, s.ttl = sent, ttl
	}
}

// watchClock declares the session lost in time. It reads the clock again and again, because a
// timer may stand still while the machine sleeps.
func (s *session) watchClock() {
	ticker := time.NewTicker(s.config.TTL / 50)
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-ticker.C:
			if s.expired() {
				s.lose(fmt.Errorf("the coordinator %s has not confirmed it in time", s.config.Endpoints))
			}
		}
	}
}

// watchKey declares the session lost when its key is gone, because etcd may end a lease early. A
// member that was the leader and has stood still believes that leases are over which the next
// leader has renewed. When it goes on, it may have them ended.
func (s *session) watchKey() {
	key := state.Session(s.config.Namespace, int64(s.lease))
	for s.ctx.Err() == nil {
		w := s.watch(s.ctx, state.Only(key))
		if s.putKey(key) {
			_ = w.await(0, func(string) bool {
				s.lose(errors.New("the coordinator has ended the lease"))
				return true
			})
		}
		w.cancel()
	}
}

// putKey writes the session's key, and reports whether it is there. The watch has begun before, so
// an end of the lease is either seen by the watch, or refuses the key. One request does both, and
// unlike a renewal it needs no stream, for which a client with a password authenticates again.
func (s *session) putKey(key string) bool {
	ctx, cancel := context.WithTimeout(s.ctx, callTimeout)
	defer cancel()
	_, err := s.client.Put(ctx, key, "", clientv3.WithLease(s.lease))
	switch {
	case err == nil:
		return true
	case isLeaseGone(err):
		s.lose(err)
	default:
		pause(s.ctx, retryPause)
	}
	return false
}

// renewOnce renews the lease if the coordinator answers. If the lease does not exist, it declares
// the session lost.
func (s *session) renewOnce(ctx context.Context) {
	ctx, cancel := context.WithTimeout(clientv3.WithRequireLeader(ctx), callTimeout)
	defer cancel()
	if err := s.renew(ctx, s.lease); isLeaseGone(err) {
		s.lose(err)
	}
}

// expired reports whether the lease may expire soon, or has expired.
func (s *session) expired() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.confirmed.elapsed() >= s.ttl-s.config.TTL/4
}

// lose declares the session lost.
func (s *session) lose(cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause == nil {
		s.cause = cause
		close(s.lost)
		s.end()
	}
}

// check returns an error that wraps lock.ErrLost if the lease may have expired.
func (s *session) check() error {
	if s.expired() {
		s.lose(fmt.Errorf("the coordinator %s has not confirmed it in time, or this process was stopped", s.config.Endpoints))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause == nil {
		return nil
	}
	return fmt.Errorf("%w: the lease %x, which they hang on, is lost: %w", lock.ErrLost, s.lease, s.cause)
}

// isLost reports whether lose was called.
func (s *session) isLost() bool {
	select {
	case <-s.lost:
		return true
	default:
		return false
	}
}

// newUse returns an ID that no other use has.
func (s *session) newUse() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uses++
	return fmt.Sprintf("%016x.%08x", s.lease, s.uses)
}

// during returns a context that ends with ctx and with the session.
func (s *session) during(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.ctx, cancel)
	if s.ctx.Err() != nil {
		cancel() // at once, while AfterFunc takes a moment: after leave, nothing may be withdrawn
	}
	return ctx, func() { stop(); cancel() }
}

// do calls etcd until it gets an answer. failed is told each error.
func (s *session) do(ctx context.Context, call func(context.Context) error, failed func(error)) error {
	err := retry(clientv3.WithRequireLeader(ctx), patience, call, failed)
	switch {
	case err == nil:
		return nil
	case isLeaseGone(err):
		return s.findGone(ctx)
	case s.ctx.Err() != nil:
		return errInterrupted
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return explain(err, s.config.Endpoints)
}

// transact sends a transaction until it gets an answer, so the transaction must be idempotent.
// failed is told each error.
func (s *session) transact(
	ctx context.Context, conditions []clientv3.Cmp, then, otherwise []clientv3.Op, failed func(error),
) (answer *clientv3.TxnResponse, err error) {
	err = s.do(ctx, func(ctx context.Context) (err error) {
		answer, err = s.client.Txn(ctx).If(conditions...).Then(then...).Else(otherwise...).Commit()
		return err
	}, failed)
	return answer, err
}

// findGone is for a call that failed because a lease does not exist. If that is the session's
// lease, the session is lost. Otherwise it is the lease of a start, and the acquisition has to
// start over too.
func (s *session) findGone(ctx context.Context) error {
	s.renewOnce(ctx)
	return errInterrupted
}

// close ends the session, and the lease if the coordinator answers soon.
func (s *session) close() {
	lost := s.isLost()
	s.end()
	if !lost {
		ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
		_, _ = s.client.Revoke(ctx, s.lease)
		cancel()
	}
	_ = s.client.Close()
}

// leave ends the session, as the end of the process would: its keys stay until the lease ends.
func (s *session) leave() {
	s.end()
	_ = s.client.Close()
}
