// Package etcdtest runs real etcd clusters, for tests, benchmarks and chaos.
//
// Each member is a process of its own, which runs this executable again. So it can be killed,
// stopped and restarted like any server, and needs no etcd binary. Main must be the first thing
// that the program calls:
//
//	func TestMain(m *testing.M) {
//		etcdtest.Main()
//		os.Exit(m.Run())
//	}
//
//	func TestSomething(t *testing.T) {
//		c := etcdtest.New(t, etcdtest.Options{Members: 3})
//		c.Leader(t.Context()).Kill()
//		...
//	}
//
// A program that is not a test uses Start and Close instead of New. A Proxy in front of a member
// cuts, delays or loses what goes through it.
package etcdtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// readyIn is how long a cluster may take to serve, on a busy machine.
const readyIn = time.Minute

// Options say what kind of cluster to start. The zero value is one member
// without TLS and users.
type Options struct {
	// Members is the number of members; 0 means 1.
	Members int
	// TLS lets clients connect by TLS only, with certificates on both sides.
	TLS bool
	// User and Password, if set, are required of clients. The user may read and
	// write all keys or, with a Prefix, those whose names begin with it, and may
	// do nothing else.
	User, Password, Prefix string
	// TokenTTL is how long an authenticated client may be idle before it has to authenticate
	// again; 0 means etcd's default, 5 minutes.
	TokenTTL time.Duration
	// Quota is the size in bytes of the database at which it takes no more keys; 0 means etcd's
	// default, 2 GiB.
	Quota int64
	// Splittable lets members reach one another by proxies (Member.Peers).
	Splittable bool
	// Heartbeat is the interval of heartbeats, from 10 ms; an election begins
	// after ten of them. 0 means 50 ms. The shortest lease is 15 heartbeats,
	// rounded up to seconds.
	Heartbeat time.Duration
	// Fsync writes through to the disk, as etcd does by default. Without it a cluster survives
	// the end of its processes, but not the end of the machine.
	Fsync bool
	// Log is a file for the members' errors; empty for none.
	Log string
}

// Cluster is a running cluster.
type Cluster struct {
	// Members are its members.
	Members []*Member

	options Options
	files   tlsFiles
}

// New starts a cluster that ends with the test.
func New(t testing.TB, o Options) *Cluster {
	t.Helper()
	c, err := Start(t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// Start starts a cluster whose data is below dir, and returns when it serves.
func Start(dir string, o Options) (*Cluster, error) {
	c := &Cluster{options: o}
	host, err := loopback()
	if err == nil && o.TLS {
		c.files, err = newTLSFiles(filepath.Join(dir, "tls"), host)
	}
	if err == nil {
		c.Members, err = newMembers(dir, host, o, c.files)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	for _, m := range c.Members {
		if err := m.Start(); err != nil {
			c.Close()
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), readyIn)
	defer cancel()
	err = c.WaitReady(ctx)
	if err == nil && o.User != "" {
		err = c.enableAuth(ctx)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Close kills all members.
func (c *Cluster) Close() {
	for _, m := range c.Members {
		m.Kill()
		if m.peers != nil {
			m.peers.Close()
		}
	}
}

// Endpoints returns the URLs of all members, for clients.
func (c *Cluster) Endpoints() []string {
	var all []string
	for _, m := range c.Members {
		all = append(all, m.Endpoint())
	}
	return all
}

// Coordinator returns the configuration for groups of scope cluster with this cluster as their
// coordinator. INTERLOCK_COORDINATOR can name a file with its JSON form.
func (c *Cluster) Coordinator() coordinator.Config {
	return coordinator.Config{
		Endpoints: c.Endpoints(), Namespace: coordinator.DefaultNamespace, TTL: coordinator.DefaultTTL,
		CAFile: c.files.CA, CertFile: c.files.Cert, KeyFile: c.files.Key,
		Username: c.options.User, Password: c.options.Password,
	}
}

// WriteCoordinator writes a configuration to a file in dir, which is readable by
// its owner only, and returns its path.
func WriteCoordinator(dir string, config coordinator.Config) (string, error) {
	text, err := config.Format()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "coordinator.json")
	return path, os.WriteFile(path, text, 0o600)
}

// Client returns a new client of the cluster, which its caller closes.
func (c *Cluster) Client() (*clientv3.Client, error) { return c.clientOf(c.Endpoints()...) }

func (c *Cluster) clientOf(endpoints ...string) (*clientv3.Client, error) {
	config := c.Coordinator()
	config.Endpoints = endpoints
	cfg, err := config.Client()
	if err != nil {
		return nil, err
	}
	return clientv3.New(cfg)
}

// WaitReady waits until each running member serves requests that need a majority.
func (c *Cluster) WaitReady(ctx context.Context) error {
	for _, m := range c.Members {
		if !m.Running() {
			continue
		}
		if err := c.waitServing(ctx, m); err != nil {
			return fmt.Errorf("etcd member %s does not serve: %w", m.Endpoint(), err)
		}
	}
	return nil
}

func (c *Cluster) waitServing(ctx context.Context, m *Member) error {
	for {
		err := c.askOnce(ctx, m)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-m.ended():
			return errors.Join(err, errors.New("its process has ended"))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// askOnce asks a member for something that needs a majority. A client with a password does that
// already when it is made.
func (c *Cluster) askOnce(ctx context.Context, m *Member) error {
	client, err := c.clientOf(m.Endpoint())
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err = client.Get(ctx, c.options.Prefix+"ready", clientv3.WithCountOnly()) // where a user may read
	return err
}

// Leader waits until one of the running members is the leader, and returns it.
func (c *Cluster) Leader(ctx context.Context) (*Member, error) {
	for {
		for _, m := range c.Members {
			if m.Running() && c.leads(ctx, m) {
				return m, nil
			}
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("no etcd member leads: %w", ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (c *Cluster) leads(ctx context.Context, m *Member) bool {
	try, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	status, err := c.status(try, m)
	return err == nil && status.Leader != 0 && status.Leader == status.Header.MemberId
}

// status returns what a member reports about itself.
func (c *Cluster) status(ctx context.Context, m *Member) (*clientv3.StatusResponse, error) {
	client, err := c.clientOf(m.Endpoint())
	if err != nil {
		return nil, err
	}
	defer func() { _ = client.Close() }()
	return client.Status(ctx, m.Endpoint())
}

// Isolate cuts a member off from the others, both ways, until Join. The cluster has
// to be Splittable; clients still reach the member.
func (c *Cluster) Isolate(ctx context.Context, m *Member) error {
	status, err := c.status(ctx, m)
	if err != nil {
		return err
	}
	id := strconv.FormatUint(status.Header.MemberId, 16)
	m.peers.Cut()
	for _, other := range c.Members {
		if other != m {
			other.peers.refuse(id)
		}
	}
	return nil
}

// Join lets all members reach one another again.
func (c *Cluster) Join() {
	for _, m := range c.Members {
		m.peers.Heal()
	}
}

// enableAuth makes the user and turns authentication on.
func (c *Cluster) enableAuth(ctx context.Context) error {
	o := c.options
	c.options.User, c.options.Password = "", ""
	client, err := c.Client()
	c.options = o
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	role := "root"
	if o.Prefix != "" {
		role = "keys"
		if err := addRole(ctx, client, role, o.Prefix); err != nil {
			return err
		}
	}
	for user, role := range map[string]string{"root": "root", o.User: role} {
		if _, err := client.UserAdd(ctx, user, o.Password); err != nil {
			return err
		}
		if _, err := client.UserGrantRole(ctx, user, role); err != nil {
			return err
		}
	}
	_, err = client.AuthEnable(ctx)
	return err
}

// addRole adds a role that may read and write the keys with a prefix.
func addRole(ctx context.Context, client *clientv3.Client, role, prefix string) error {
	if _, err := client.RoleAdd(ctx, role); err != nil {
		return err
	}
	readWrite := clientv3.PermissionType(clientv3.PermReadWrite)
	_, err := client.RoleGrantPermission(ctx, role, prefix, clientv3.GetPrefixRangeEnd(prefix), readWrite)
	return err
}
