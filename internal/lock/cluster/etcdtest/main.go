package etcdtest

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"
)

// memberVariable has the spec of the member that a process should be.
const memberVariable = "INTERLOCK_ETCDTEST_MEMBER"

// spec is what a member's process is told.
type spec struct {
	Name, Dir string
	// Client and Peer are where it listens, and Advertised is where peers find it.
	Client, Peer, Advertised url.URL
	// Initial lists the cluster's members in etcd's form.
	Initial string
	Options Options
	TLS     tlsFiles
}

// Main is the whole life of a process that was started as a member. In any other process it
// returns at once.
func Main() {
	order, ok := os.LookupEnv(memberVariable)
	if !ok {
		return
	}
	var s spec
	err := json.Unmarshal([]byte(order), &s)
	if err == nil {
		err = s.serve()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "etcd member:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve runs the member until its standard input ends.
func (s spec) serve() error {
	e, err := embed.StartEtcd(s.config())
	if err != nil {
		return err
	}
	parent := make(chan struct{})
	go func() { defer close(parent); _, _ = io.Copy(io.Discard, os.Stdin) }()
	select {
	case <-parent:
		return nil
	case err := <-e.Err():
		return err
	}
}

func (s spec) config() *embed.Config {
	c := embed.NewConfig()
	c.Name, c.Dir = s.Name, s.Dir
	c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{s.Client}, []url.URL{s.Client}
	c.ListenPeerUrls, c.AdvertisePeerUrls = []url.URL{s.Peer}, []url.URL{s.Advertised}
	c.InitialCluster = s.Initial
	c.LogLevel, c.LogOutputs = "fatal", []string{"stderr"}
	if s.Options.Log != "" {
		c.LogLevel, c.LogOutputs = "error", []string{s.Options.Log}
	}
	c.UnsafeNoFsync = !s.Options.Fsync
	heartbeat := s.Options.Heartbeat
	if heartbeat == 0 {
		heartbeat = 50 * time.Millisecond
	}
	c.TickMs, c.ElectionMs = uint(heartbeat.Milliseconds()), uint(10*heartbeat.Milliseconds())
	c.QuotaBackendBytes = s.Options.Quota
	c.BcryptCost = 4 // the cheapest: nothing is secret here
	if s.Options.TokenTTL > 0 {
		c.AuthTokenTTL = uint(s.Options.TokenTTL.Seconds())
	}
	if s.TLS.CA != "" {
		c.ClientTLSInfo = transport.TLSInfo{
			CertFile: s.TLS.Cert, KeyFile: s.TLS.Key, TrustedCAFile: s.TLS.CA, ClientCertAuth: true,
		}
	}
	return c
}

func randomLoopback() string {
	return fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254))
}
