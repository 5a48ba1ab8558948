package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	// callTimeout is how long one call of etcd may take before another member is asked.
	callTimeout = 3 * time.Second
	// retryPause is the pause between a failed call and the next one.
	retryPause = 100 * time.Millisecond
	// firstContact is for how long calls are retried if the coordinator was never reached.
	firstContact = 10 * time.Second
	// patience is for how long calls are retried if the coordinator was reached before.
	patience = time.Minute
)

// errInterrupted is the error of a request or a waiter whose session ends: it no longer holds
// anything, and may ask again in another session.
var errInterrupted = errors.New("the lease of this process in the coordinator has ended")

// retry calls call until it succeeds or limit has passed. It gives up at once if a retry is
// useless. failed is told each error.
func retry(ctx context.Context, limit time.Duration, call func(context.Context) error, failed func(error)) error {
	for begun := now(); ; {
		try, cancel := context.WithTimeout(ctx, callTimeout)
		err := call(try)
		cancel()
		if err == nil {
			return nil
		}
		failed(err)
		if ctx.Err() != nil || isFinal(err) || begun.elapsed() > limit {
			return err
		}
		pause(ctx, retryPause)
	}
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// isFinal reports whether the same call would fail in the same way again.
func isFinal(err error) bool {
	switch codeOf(err) {
	case codes.InvalidArgument, codes.NotFound, codes.PermissionDenied, codes.Unauthenticated,
		codes.FailedPrecondition, codes.Unimplemented, codes.OutOfRange:
		return true
	}
	return false
}

// isRefused reports whether err says that a call was not executed and never will be. After other
// errors, such as a lost answer, that is unknown.
func isRefused(err error) bool { return isFinal(err) || codeOf(err) == codes.ResourceExhausted }

// isLeaseGone reports whether err says that a lease does not exist.
func isLeaseGone(err error) bool { return errors.Is(rpctypes.Error(err), rpctypes.ErrLeaseNotFound) }

// isUnauthorized reports whether err is about the client's identity or rights.
func isUnauthorized(err error) bool {
	code := codeOf(err)
	return code == codes.PermissionDenied || code == codes.Unauthenticated
}

func codeOf(err error) codes.Code {
	var e rpctypes.EtcdError // unknown to status.Code
	if errors.As(err, &e) {
		return e.Code()
	}
	return status.Code(err)
}

// explain says what is wrong with a coordinator, and how to fix it.
func explain(err error, endpoints []string) error {
	where := "coordinator " + strings.Join(endpoints, ", ")
	switch {
	case errors.Is(rpctypes.Error(err), rpctypes.ErrNoSpace):
		return fmt.Errorf("%s: its database is full: %w; compact and defragment etcd, then run `etcdctl alarm disarm`", where, err)
	case isUnauthorized(err) || errors.Is(rpctypes.Error(err), rpctypes.ErrAuthFailed):
		return fmt.Errorf("%s: it does not let us in: %w; check username and password, and that the user's role may read "+
			"and write all keys below the namespace", where, err)
	case isFinal(err):
		return fmt.Errorf("%s: %w", where, err)
	}
	return fmt.Errorf("%s: no answer: %w; check that etcd runs there, that this machine (and sandbox) can reach it, "+
		"and its certificates", where, err)
}
