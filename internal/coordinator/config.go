package coordinator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

const (
	// DefaultNamespace begins all keys unless a configuration says otherwise.
	DefaultNamespace = "/interlock/"
	// DefaultTTL is how long it takes until the groups of a dead holder are free, unless a
	// configuration says otherwise.
	DefaultTTL = 10 * time.Second
	// minTTL is about the shortest lease that etcd grants by default: one and a half election
	// timeouts of one second, rounded up.
	minTTL = 2 * time.Second
	maxTTL = 10 * time.Minute
)

// Config says how to reach a coordinator.
type Config struct {
	// Endpoints are the URLs of the members of an etcd cluster, at least one.
	Endpoints []string
	// Namespace begins the keys of all groups; it ends with a slash. Installations with different
	// namespaces do not see each other.
	Namespace string
	// CAFile has the certificates of the authorities that servers are trusted by, as PEM; empty
	// for the system's authorities.
	CAFile string
	// CertFile and KeyFile are the client's certificate and its key, as PEM; empty for a client
	// without a certificate.
	CertFile, KeyFile string
	// Username and Password are those of a user of etcd; empty if etcd has no users.
	Username, Password string
	// TTL is how long it takes until the groups of a dead holder are free, from 2 seconds to 10
	// minutes, a whole number of seconds.
	TTL time.Duration
}

// file is the form of a configuration in a file.
type file struct {
	Endpoints    []string `json:"endpoints"`
	Namespace    string   `json:"namespace,omitempty"`
	CAFile       string   `json:"ca_file,omitempty"`
	CertFile     string   `json:"cert_file,omitempty"`
	KeyFile      string   `json:"key_file,omitempty"`
	Username     string   `json:"username,omitempty"`
	Password     string   `json:"password,omitempty"`
	PasswordFile string   `json:"password_file,omitempty"`
	TTL          string   `json:"ttl,omitempty"`
}

// Format returns c in the form that Read reads.
func (c Config) Format() ([]byte, error) {
	return json.MarshalIndent(file{
		Endpoints: c.Endpoints, Namespace: c.Namespace, CAFile: c.CAFile, CertFile: c.CertFile, KeyFile: c.KeyFile,
		Username: c.Username, Password: c.Password, TTL: c.TTL.String(),
	}, "", "  ")
}

// complete returns c with defaults for what it leaves out, or an error if it makes no sense.
func (c Config) complete() (Config, error) {
	if c.Namespace == "" {
		c.Namespace = DefaultNamespace
	}
	if !strings.HasSuffix(c.Namespace, "/") {
		c.Namespace += "/"
	}
	if c.TTL == 0 {
		c.TTL = DefaultTTL
	}
	return c, c.check()
}

// check says what is wrong with c; nil if nothing is.
func (c Config) check() error {
	if len(c.Endpoints) == 0 {
		return errors.New("endpoints: there is none; list the URLs of etcd's members, as in https://etcd.example:2379")
	}
	for _, endpoint := range c.Endpoints {
		if err := checkEndpoint(endpoint); err != nil {
			return err
		}
	}
	tls := c.isTLS()
	for _, endpoint := range c.Endpoints {
		if strings.HasPrefix(endpoint, "https:") != tls {
			return fmt.Errorf("endpoints: %s and %s: some with TLS and some without; use https for all, or for none",
				c.Endpoints[0], endpoint)
		}
	}
	switch {
	case !tls && (c.CAFile != "" || c.CertFile != "" || c.KeyFile != ""):
		return fmt.Errorf("endpoints: %s is without TLS, but ca_file, cert_file or key_file is set; "+
			"write https, or leave out these files", c.Endpoints[0])
	case (c.CertFile == "") != (c.KeyFile == ""):
		return errors.New("cert_file and key_file belong together: set both, or none")
	case (c.Username == "") != (c.Password == ""):
		return errors.New("username and password belong together: set both, or none")
	case c.TTL < minTTL || c.TTL > maxTTL || c.TTL%time.Second != 0:
		return fmt.Errorf("ttl: %s is no whole number of seconds from %s to %s: etcd grants no shorter leases, "+
			"and a dead holder's groups stay held for as long", c.TTL, minTTL, maxTTL)
	}
	return nil
}

func (c Config) isTLS() bool { return strings.HasPrefix(c.Endpoints[0], "https:") }

func checkEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.Port() != "" &&
		u.User == nil && (u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == "" {
		return nil
	}
	return fmt.Errorf("endpoints: %q is no URL of an etcd member: write http or https, a host and a port, "+
		"as in https://etcd.example:2379", endpoint)
}
