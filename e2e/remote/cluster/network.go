package cluster

import (
	"fmt"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

// network is the way of one machine to etcd: a proxy in front of each member.
type network struct {
	proxies []*etcdtest.Proxy
	// coordinator is a file that says how to reach etcd through the proxies, and files are those
	// that it names.
	coordinator string
	files       []string
}

func newNetwork(etcd *etcdtest.Cluster, dir string, ttl time.Duration, byCertificate bool) (*network, error) {
	n := &network{}
	config := etcd.Coordinator()
	n.files = []string{config.CAFile, config.CertFile, config.KeyFile}
	config.TTL, config.Endpoints = ttl, nil
	if byCertificate {
		config.Username, config.Password = "", ""
	}
	for _, member := range etcd.Members {
		proxy, err := etcdtest.StartProxy(member.Address())
		if err != nil {
			n.close()
			return nil, err
		}
		n.proxies = append(n.proxies, proxy)
		config.Endpoints = append(config.Endpoints, "https://"+proxy.Address())
	}
	// As in the image of a worker.
	config.CAFile, config.CertFile, config.KeyFile = imageFile("ca.pem"), imageFile("cert.pem"), imageFile("key.pem")
	var err error
	if n.coordinator, err = etcdtest.WriteCoordinator(dir, config); err != nil {
		n.close()
		return nil, fmt.Errorf("coordinator: %w", err)
	}
	return n, nil
}

func (n *network) cut() {
	for _, proxy := range n.proxies {
		proxy.Cut()
	}
}

func (n *network) heal() {
	for _, proxy := range n.proxies {
		proxy.Heal()
	}
}

func (n *network) close() {
	for _, proxy := range n.proxies {
		proxy.Close()
	}
}
