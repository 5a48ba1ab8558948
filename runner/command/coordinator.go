package command

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/coordinator"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
	"github.com/interlock-build/rules_interlock/runner/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/runner/internal/lock/cluster/state"
)

// answerWithin is how long a coordinator may take to answer.
const answerWithin = 5 * time.Second

// askCoordinator adds what the coordinator knows, if one is configured, and
// reports whether it could be asked.
func (r *Report) askCoordinator(ctx context.Context, lookup func(string) (string, bool)) (ok bool) {
	config, err := coordinator.Find(lookup)
	if errors.Is(err, coordinator.ErrNone) {
		return true
	}
	var groups []state.Group
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, answerWithin)
		defer cancel()
		groups, err = cluster.Read(ctx, config)
	}
	if err != nil {
		for problem := range strings.SplitSeq(err.Error(), "\n") {
			r.Problems = append(r.Problems, lock.Clean(problem))
		}
	}
	r.addCluster(groups)
	return err == nil || len(groups) > 0 // then only some keys could not be read
}
