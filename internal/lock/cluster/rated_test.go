package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
)

// manyRated returns n groups with a rate, and a need of that many units of each.
func manyRated(n, weight int) (groups []group.Group, needs []group.Need) {
	for i := range n {
		label := fmt.Sprintf("//:g%02d", i)
		groups = append(groups, group.Group{
			Label: label, Name: fmt.Sprintf("g%02d", i), Scope: group.Cluster, Key: label,
			Definition: group.Definition{Capacity: 1000, Rate: group.Rate{Starts: 1, Window: time.Hour}},
		})
		needs = append(needs, group.Need{Group: label, Weight: weight})
	}
	return groups, needs
}

// The most groups with a rate that fit into one transaction can be held, waited for and given
// back.
func TestAsManyRatesAsCanBe(t *testing.T) {
	for groups, weight := range map[int]int{cluster.MaxRated: 1, 9: 7, 4: cluster.MaxWeight / 4} {
		all, needs := manyRated(groups, weight)
		config := newSpace(t, commonCluster(t))
		held := acquire(t, cluster.NewAt(all, config), needs)
		got := startWaiting(t.Context(), t, cluster.NewAt(all, config), needs)
		held.Undo()
		again := mustGet(t, got)
		again.Begun()
		ctx, cancel := context.WithCancel(t.Context())
		waiting := startWaiting(ctx, t, cluster.NewAt(all, config), needs)
		awaitQueue(t, config.Namespace, 1)
		cancel()
		if r := await(t, waiting, "the cancelled request has returned"); !errors.Is(r.err, context.Canceled) {
			t.Errorf("%d groups: error %v", groups, r.err)
		}
		again.Release()
	}
}

// More is an error before anything is asked for. It says how many there may be.
func TestTooManyRates(t *testing.T) {
	for _, c := range []struct {
		groups, weight int
		wants          []string
	}{
		{cluster.MaxRated + 1, 1, []string{"//:g00, //:g01", "//:g16: these are 17 groups with a rate and 17 units", "at most 16 such groups", "give it fewer"}},
		{40, 1, []string{"these are 40 groups"}},
		{10, 6, []string{"these are 10 groups with a rate and 60 units", "or 9 with so many units each"}},
		{5, 20, []string{"these are 5 groups with a rate and 100 units", "or 4 with so many units each"}},
	} {
		all, needs := manyRated(c.groups, c.weight)
		locker := cluster.NewAt(all, newSpace(t, commonCluster(t)))
		_, err := locker.Acquire(t.Context(), needs)
		for _, want := range c.wants {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%d groups: error %v, want %q in it", c.groups, err, want)
			}
		}
	}
}
