package cluster_test

import (
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"github.com/interlock-build/rules_interlock/internal/lock/locktest"
)

func TestConformance(t *testing.T) {
	locktest.Run(t, locktest.Implementation{
		NewSpace: func(t *testing.T, groups []group.Group) func() lock.Locker {
			config, groups := newSpace(t, commonCluster(t)), keyed(groups...)
			return func() lock.Locker { return cluster.NewAt(groups, config) }
		},
		MaxBypass: cluster.MaxBypass,
		NewProcessSpace: func(t *testing.T, groups []group.Group) (func() lock.Locker, func([]group.Need) *locktest.Process) {
			s := space{newSpace(t, commonCluster(t)), keyed(groups...)}
			return func() lock.Locker { return cluster.NewAt(s.Groups, s.Config) },
				func(needs []group.Need) *locktest.Process { return locktest.Start(t, s.String(), needs) }
		},
		NewRivals: func(t *testing.T) func([]group.Group) lock.Locker {
			config := newSpace(t, commonCluster(t))
			return func(groups []group.Group) lock.Locker { return cluster.NewAt(keyed(groups...), config) }
		},
		RateWindow: 4 * time.Second,
		// A start counts for a second more than the window, and etcd ends leases twice a second.
		RateLag: 1750 * time.Millisecond,
		Fences:  true,
		NewLoss: func(t *testing.T, groups []group.Group) (victim, other lock.Locker, lose func()) {
			c := commonCluster(t)
			proxy, config := etcdtest.NewProxy(t, c.Members[0].Address()), newSpace(t, c)
			return cluster.NewAt(keyed(groups...), through(proxy, config)), cluster.NewAt(keyed(groups...), config), proxy.Cut
		},
	})
}

// through returns config with a proxy for the endpoint.
func through(proxy *etcdtest.Proxy, config coordinator.Config) coordinator.Config {
	config.Endpoints = []string{"http://" + proxy.Address()}
	return config
}
