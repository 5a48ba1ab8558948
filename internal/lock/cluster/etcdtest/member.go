package etcdtest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// Member is a member of a cluster. Its process may run or not.
type Member struct {
	spec  spec
	peers *Proxy

	mu      sync.Mutex
	process *process // nil before the first Start
}

// process is one life of a member.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// newMembers lays out the members of a cluster, without starting them.
func newMembers(dir, host string, o Options, files tlsFiles) ([]*Member, error) {
	var members []*Member
	var initial []string
	for i := range max(o.Members, 1) {
		client, err := freeAddress(host)
		if err != nil {
			return members, err
		}
		peer, err := freeAddress(host)
		if err != nil {
			return members, err
		}
		peerURL := url.URL{Scheme: "http", Host: peer}
		s := spec{
			Name: fmt.Sprintf("m%d", i), Dir: filepath.Join(dir, fmt.Sprintf("m%d", i)),
			Client: url.URL{Scheme: files.scheme(), Host: client}, Peer: peerURL, Advertised: peerURL,
			Options: o, TLS: files,
		}
		m := &Member{spec: s}
		if o.Splittable {
			if m.peers, err = StartProxy(peer); err != nil {
				return members, err
			}
			m.spec.Advertised.Host = m.peers.Address()
		}
		initial = append(initial, s.Name+"="+m.spec.Advertised.String())
		members = append(members, m)
	}
	for _, m := range members {
		m.spec.Initial = strings.Join(initial, ",")
	}
	return members, nil
}

// Endpoint is the member's URL for clients.
func (m *Member) Endpoint() string { return m.spec.Client.String() }

// Address is the host and port of Endpoint.
func (m *Member) Address() string { return m.spec.Client.Host }

// Peers is the proxy through which others reach the member, if the cluster is Splittable. If the
// proxies of all members are cut, no member hears of another.
func (m *Member) Peers() *Proxy { return m.peers }

// Start starts the member, or restarts it with its data. It does not wait until the member serves
// (Cluster.WaitReady).
func (m *Member) Start() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.process.running() {
		return nil
	}
	order, err := json.Marshal(m.spec)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), memberVariable+"="+string(order))
	cmd.Stderr = os.Stderr
	// The member ends when this pipe does, so that it does not outlive us.
	if _, err := cmd.StdinPipe(); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	go func() { defer close(p.ended); _ = cmd.Wait() }()
	m.process = p
	return nil
}

// Kill kills the member's process, without warning, and returns when it has ended.
func (m *Member) Kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.process.running() {
		_ = m.process.cmd.Process.Kill()
		<-m.process.ended
	}
}

// Running reports whether the member's process runs. A stopped process does.
func (m *Member) Running() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.process.running()
}

// ended is closed when the member's process has ended.
func (m *Member) ended() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.process.ended
}

func (p *process) running() bool {
	if p == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// loopback returns an address of this machine for one cluster. If there are many (Linux), it is a
// random one, so that nobody takes the port of a member that is down.
func loopback() (string, error) {
	for _, host := range []string{randomLoopback(), "127.0.0.1"} {
		if _, err := freeAddress(host); err == nil {
			return host, nil
		}
	}
	return "", fmt.Errorf("no port can be had on 127.0.0.1")
}

func freeAddress(host string) (string, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
