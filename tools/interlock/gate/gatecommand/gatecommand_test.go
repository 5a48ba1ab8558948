package gatecommand

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/interlock-build/rules_interlock/tools/interlock/command"
	"github.com/interlock-build/rules_interlock/tools/interlock/gate/fakecluster"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// Wrong arguments are refused, and the error says which.
func TestMistakes(t *testing.T) {
	junk := write(t, "junk.pem", "junk")
	for args, want := range map[string]string{
		"":                                     "--executor is missing",
		"--executor=a:1":                       "is no URL",
		"--executor=http://a:1":                "is no URL",
		"--executor=grpc://":                   "is no URL",
		"--executor=grpc://a:1/x":              "is no URL",
		"--executor=grpc://u:p@a:1":            "is no URL",
		"--executor=grpc://a:1 more":           `got "more"`,
		"--executor=grpc://a:1 --what":         "-what",
		"--executor=grpc://a:1 --ahead=-1":     "--ahead=-1",
		"--executor=grpc://a:1 --patience=1ms": "--patience=1ms",
		"--executor=grpc://a:1 --patience=2s --longest-wait=1s":                  "--longest-wait=1s",
		"--executor=grpc://a:1 --executor-ca=x":                                  "without TLS",
		"--executor=grpc://a:1 --tls-client-ca=x":                                "needs --tls-certificate",
		"--executor=grpc://a:1 --tls-key=x":                                      "belong together",
		"--executor=grpc://a:1 --tls-key=" + junk + " --tls-certificate=" + junk: "want PEM files",
		"--executor=grpcs://a --executor-ca=" + junk:                             "no PEM certificate in " + junk,
		"--executor=grpcs://a --executor-ca=" + junk + "x":                       "--executor-ca",
		"--executor=grpcs://a --executor-certificate=x":                          "belong together",
		"--executor=grpc://a:1 --coordinator=" + junk + "x":                      junk + "x",
	} {
		err := Run(t.Context(), invocation(t, strings.Fields(args)...))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", args, err, want)
		}
	}
}

// A cluster without a port has the one of its scheme.
func TestTargets(t *testing.T) {
	for executor, want := range map[string]string{
		"grpc://a:1": "dns:///a:1", "grpc://a": "dns:///a:80", "grpcs://a": "dns:///a:443", "grpcs://[::1]:5": "dns:///[::1]:5",
	} {
		a := arguments{executor: executor}
		if got, secure, err := a.parseExecutor(); got != want || secure != strings.HasPrefix(executor, "grpcs") || err != nil {
			t.Errorf("%s: %s, %v, %v", executor, got, secure, err)
		}
	}
}

func TestAddressInUse(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	err = Run(t.Context(), invocation(t, "--executor=grpc://127.0.0.1:1", "--coordinator="+coordinatorFile(t), "--listen="+listener.Addr().String()))
	if err == nil || !strings.Contains(err.Error(), "hint: choose another address") || errors.Is(err, command.ErrUsage) {
		t.Errorf("error %v", err)
	}
}

// With TLS on both sides, requests pass from a client with a certificate to the cluster, which
// wants one of the gate. A client without one does not get in.
func TestTLS(t *testing.T) {
	ca := newAuthority(t)
	gates, clients := ca.issue("gate"), ca.issue("client")
	cluster, err := fakecluster.Start(grpc.Creds(credentials.NewTLS(ca.config(ca.issue("cluster")))))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	address := freeAddress(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, invocation(t, "--executor=grpcs://"+cluster.Address, "--coordinator="+coordinatorFile(t), "--listen="+address,
			"--tls-certificate="+gates.certificate, "--tls-key="+gates.key, "--tls-client-ca="+ca.file,
			"--executor-ca="+ca.file, "--executor-certificate="+gates.certificate, "--executor-key="+gates.key))
	}()
	ask := func(config *tls.Config) error {
		connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(credentials.NewTLS(config)))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = connection.Close() }()
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		_, err = repb.NewCapabilitiesClient(connection).GetCapabilities(ctx, &repb.GetCapabilitiesRequest{}, grpc.WaitForReady(true))
		return err
	}
	if err := ask(ca.config(clients)); err != nil {
		t.Errorf("a client with a certificate: %v", err)
	}
	connection, err := tls.Dial("tcp", address, &tls.Config{RootCAs: ca.pool, ServerName: "127.0.0.1", NextProtos: []string{"h2"}})
	if err == nil { // with TLS 1.3 the server's refusal comes later
		_ = connection.SetReadDeadline(time.Now().Add(time.Minute))
		_, err = connection.Read(make([]byte, 1))
		_ = connection.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a client without a certificate: %v", err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func invocation(t *testing.T, args ...string) command.Invocation {
	t.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = null.Close() })
	return command.Invocation{Args: args, Stderr: null, Lookup: func(string) (string, bool) { return "http://127.0.0.1:1", true }}
}

// coordinatorFile names a coordinator that is not there: nothing needs it here.
func coordinatorFile(t *testing.T) string {
	return write(t, "coordinator.json", `{"endpoints": ["http://127.0.0.1:1"]}`)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// authority issues certificates.
type authority struct {
	t           *testing.T
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
	file        string
	pool        *x509.CertPool
}

// issued are the files of a certificate.
type issued struct{ certificate, key string }

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	return &authority{t, key, certificate, write(t, "ca.pem", encode("CERTIFICATE", der)), pool}
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// issue issues a certificate for 127.0.0.1, for servers and clients.
func (a *authority) issue(name string) issued {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	return issued{write(a.t, name+".pem", encode("CERTIFICATE", der)), write(a.t, name+".key", encode("PRIVATE KEY", secret))}
}

// config is TLS with a certificate, which wants one of the other side.
func (a *authority) config(i issued) *tls.Config {
	a.t.Helper()
	pair, err := tls.LoadX509KeyPair(i.certificate, i.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return &tls.Config{
		Certificates: []tls.Certificate{pair}, RootCAs: a.pool, ClientCAs: a.pool, ClientAuth: tls.RequireAndVerifyClientCert,
		MinVersion: tls.VersionTLS12,
	}
}
