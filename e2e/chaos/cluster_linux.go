package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
	"github.com/interlock-build/rules_interlock/e2e/chaos/clock"
	"github.com/interlock-build/rules_interlock/e2e/chaos/scene"
	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	// members is the number of etcd's members.
	members = 3
	// quota is the largest size of etcd's database: small, so that it is soon full.
	quota = 16 << 20
	// ttl is the time to live of leases, the shortest possible, so that much is lost.
	ttl = 2 * time.Second
	// calm is how long at most nothing else happens to etcd after a fault, so that cases can run.
	calm = 3 * time.Second
	// recovery is how long etcd may take to serve again.
	recovery = time.Minute
)

// coordinated is an etcd cluster, and the machines whose runners use it. A machine reaches each
// member through a proxy of its own.
type coordinated struct {
	etcd     *etcdtest.Cluster
	machines []*machine
	// clocks are the clocks of the members; nil if they have none of their own.
	clocks *clock.Server
	// servers is locked while members are down or full, and network while proxies do not pass
	// everything on.
	servers, network sync.Mutex
}

// machine is the network of a machine.
type machine struct {
	proxies []*etcdtest.Proxy
	// file is the configuration of its coordinator.
	file string
}

func newClusterArena(dir, runner string) (*arena, error) {
	clocks, err := clock.Serve(filepath.Join(dir, "clocks"))
	if err == nil {
		// Members, whenever they start, run this program again.
		err = os.Setenv(clock.Variable, clocks.Path)
	}
	if err != nil {
		clocks = nil
	}
	etcd, err := etcdtest.Start(filepath.Join(dir, "etcd"), etcdtest.Options{Members: members, Quota: quota, Splittable: true})
	if err != nil {
		return nil, err
	}
	c := &coordinated{etcd: etcd, clocks: clocks}
	for _, name := range []string{"a", "b"} {
		m, err := newMachine(filepath.Join(dir, name), etcd)
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
		c.machines = append(c.machines, m)
	}
	return &arena{
		scope: "cluster", runner: runner, bases: 1, place: placeByKey, fenced: true, faulty: true, loss: longestStop, faults: c.faults(),
		environ: func(n int) map[string]string {
			return map[string]string{coordinator.Variable: c.machines[n%len(c.machines)].file}
		},
		pace: pace{most: 150 * time.Millisecond, long: 3 * ttl}, heal: c.heal, close: c.close,
	}, nil
}

func newMachine(dir string, etcd *etcdtest.Cluster) (*machine, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	m := &machine{}
	config := etcd.Coordinator()
	config.TTL, config.Endpoints = ttl, nil
	for _, member := range etcd.Members {
		proxy, err := etcdtest.StartProxy(member.Address())
		if err != nil {
			m.close()
			return nil, err
		}
		m.proxies = append(m.proxies, proxy)
		config.Endpoints = append(config.Endpoints, "http://"+proxy.Address())
	}
	var err error
	m.file, err = etcdtest.WriteCoordinator(dir, config)
	return m, err
}

func (m *machine) close() {
	for _, proxy := range m.proxies {
		proxy.Close()
	}
}

func (c *coordinated) close() error {
	for _, m := range c.machines {
		m.close()
	}
	c.etcd.Close()
	if c.clocks == nil {
		return nil
	}
	return errors.Join(os.Unsetenv(clock.Variable), c.clocks.Close())
}

// heal repairs everything, and makes room in etcd's database.
func (c *coordinated) heal() error {
	c.servers.Lock()
	defer c.servers.Unlock()
	return c.empty()
}

func (c *coordinated) faults() []fault {
	// A killed holder blocks others for as long as its lease lives, so few are killed.
	return append(common(1), []fault{
		{"etcd: SIGKILL of the leader", 3, c.whileServers(c.killLeader)},
		{"etcd: restart of all members", 3, c.whileServers(c.restartAll)},
		{"etcd: SIGSTOP, SIGCONT of a member", 2, c.whileServers(c.freezeMember)},
		{"etcd: members cut off from one another", 2, c.whileServers(c.split)},
		{"etcd: database full", 2, c.whileServers(c.fill)},
		{"etcd: partition", 2, c.whileNetwork(c.cutOff)},
		{"etcd: slow responses", 2, c.whileNetwork(c.slowDown)},
		{"etcd: clock jump of a member", 2, c.jump},
		{"SIGSTOP past the TTL, SIGCONT of a runner that holds", 6, stopPastTTL},
	}...)
}

// whileServers does something to the members, unless something is already done to them, and waits
// until they serve again.
func (c *coordinated) whileServers(do func(context.Context, *rand.Rand) error) func(*world, *rand.Rand) (bool, error) {
	return func(_ *world, random *rand.Rand) (bool, error) {
		if !c.servers.TryLock() {
			return false, nil
		}
		defer c.servers.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), recovery)
		defer cancel()
		err := do(ctx, random)
		if err == nil {
			err = c.etcd.WaitReady(ctx)
		}
		time.Sleep(campaign.UpTo(calm, random))
		return true, err
	}
}

// whileNetwork does something to the network for a while, unless it is already disturbed.
func (c *coordinated) whileNetwork(do func(*rand.Rand) time.Duration) func(*world, *rand.Rand) (bool, error) {
	return func(_ *world, random *rand.Rand) (bool, error) {
		if !c.network.TryLock() {
			return false, nil
		}
		defer c.network.Unlock()
		time.Sleep(do(random))
		for _, m := range c.machines {
			for _, proxy := range m.proxies {
				proxy.Heal()
			}
		}
		time.Sleep(campaign.UpTo(calm, random))
		return true, nil
	}
}

func (c *coordinated) killLeader(ctx context.Context, random *rand.Rand) error {
	leader, err := c.etcd.Leader(ctx)
	if err != nil {
		return err
	}
	leader.Kill()
	time.Sleep(campaign.UpTo(time.Second, random))
	return leader.Start()
}

func (c *coordinated) restartAll(_ context.Context, random *rand.Rand) error {
	for _, m := range c.etcd.Members {
		m.Kill()
	}
	time.Sleep(campaign.UpTo(3*ttl/2, random)) // longer than leases live, too
	for _, m := range c.etcd.Members {
		if err := m.Start(); err != nil {
			return err
		}
	}
	return nil
}

func (c *coordinated) freezeMember(_ context.Context, random *rand.Rand) error {
	m := c.etcd.Members[random.IntN(members)]
	m.Stop()
	defer m.Continue()
	time.Sleep(campaign.UpTo(3*ttl/2, random))
	return nil
}

// split cuts the leader off from the others, or most members, or all, from their peers. A former
// leader does not know that at once.
func (c *coordinated) split(ctx context.Context, random *rand.Rand) error {
	defer c.etcd.Join()
	if random.IntN(2) == 0 {
		leader, err := c.etcd.Leader(ctx)
		if err == nil {
			err = c.etcd.Isolate(ctx, leader)
		}
		if err != nil {
			return err
		}
	} else {
		for _, m := range c.etcd.Members {
			if random.IntN(4) > 0 {
				m.Peers().Cut()
			}
		}
	}
	time.Sleep(campaign.UpTo(2*ttl, random))
	return nil
}

// cutOff separates one machine, or both, from one member or all.
func (c *coordinated) cutOff(random *rand.Rand) time.Duration {
	whole, lossy := random.IntN(2) == 0, random.IntN(2) == 0
	member, only := random.IntN(members), random.IntN(len(c.machines)+1)
	for i, m := range c.machines {
		for j, proxy := range m.proxies {
			if only != i && only < len(c.machines) || !whole && j != member {
				continue
			}
			if lossy {
				proxy.Drop(etcdtest.Direction(random.IntN(2)))
			} else {
				proxy.Cut()
			}
		}
	}
	return campaign.UpTo(2*ttl, random)
}

func (c *coordinated) slowDown(random *rand.Rand) time.Duration {
	for _, m := range c.machines {
		for _, proxy := range m.proxies {
			if random.IntN(2) == 0 {
				proxy.Delay(campaign.UpTo(300*time.Millisecond, random))
			}
		}
	}
	return campaign.UpTo(2*time.Second, random)
}

// fill fills etcd's database, so that it accepts nothing more, and makes room again after a
// while.
func (c *coordinated) fill(ctx context.Context, random *rand.Rand) error {
	client, err := c.etcd.Client()
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	ballast := strings.Repeat("x", 1<<20)
	for !errors.Is(err, rpctypes.ErrNoSpace) {
		if err != nil {
			return err
		}
		_, err = client.Put(ctx, "ballast", ballast)
	}
	time.Sleep(campaign.UpTo(2*time.Second, random))
	return c.empty()
}

// empty makes room in the database, and lets etcd take keys again.
func (c *coordinated) empty() error {
	ctx, cancel := context.WithTimeout(context.Background(), recovery)
	defer cancel()
	client, err := c.etcd.Client()
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	deleted, err := client.Delete(ctx, "ballast")
	if err != nil {
		return err
	}
	_, err = client.Compact(ctx, deleted.Header.Revision, clientv3.WithCompactPhysical())
	if err != nil && !errors.Is(err, rpctypes.ErrCompacted) { // which it is if nothing has happened since
		return err
	}
	for _, endpoint := range c.etcd.Endpoints() {
		if _, err := client.Defragment(ctx, endpoint); err != nil {
			return err
		}
	}
	_, err = client.AlarmDisarm(ctx, &clientv3.AlarmMember{})
	return err
}

// jump sets the clock of a member.
func (c *coordinated) jump(_ *world, random *rand.Rand) (bool, error) {
	if c.clocks == nil {
		return false, nil
	}
	all := c.clocks.All()
	if len(all) == 0 {
		return false, nil
	}
	all[random.IntN(len(all))].Jump(campaign.UpTo(2*farthestJump, random) - farthestJump)
	return true, nil
}

// stopPastTTL makes a holder stand still for longer than its lease lives, while its case
// continues.
func stopPastTTL(w *world, random *rand.Rand) (bool, error) {
	long := w.Choose(func(r *runner, under []*scene.Case[*runner]) []scene.Process {
		for _, c := range under {
			if r.target.orders[c.Name].Takes > ttl {
				return []scene.Process{r}
			}
		}
		return nil
	})
	return w.Stop(campaign.Pick(long, random), ttl+campaign.UpTo(ttl, random))
}
