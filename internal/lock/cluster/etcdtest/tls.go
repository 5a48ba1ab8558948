package etcdtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// tlsFiles are the paths of PEM files: an authority, and a certificate from it with its key for
// servers and clients. All are empty without TLS.
type tlsFiles struct{ CA, Cert, Key string }

func (f tlsFiles) scheme() string {
	if f.CA == "" {
		return "http"
	}
	return "https"
}

// newTLSFiles makes the files in dir, for servers at host and for proxies at
// 127.0.0.1.
func newTLSFiles(dir, host string) (tlsFiles, error) {
	f := tlsFiles{
		CA:   filepath.Join(dir, "ca.pem"),
		Cert: filepath.Join(dir, "cert.pem"),
		Key:  filepath.Join(dir, "key.pem"),
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return f, err
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "etcdtest"},
		NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "root"},
		NotAfter:    authority.NotAfter,
		IPAddresses: []net.IP{net.ParseIP(host), net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	caText, err1 := x509.CreateCertificate(rand.Reader, authority, authority, key.Public(), key)
	certText, err2 := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), key)
	keyText, err3 := x509.MarshalPKCS8PrivateKey(key)
	if err := errors.Join(err1, err2, err3, os.MkdirAll(dir, 0o700)); err != nil {
		return f, err
	}
	return f, errors.Join(
		writePEM(f.CA, "CERTIFICATE", caText),
		writePEM(f.Cert, "CERTIFICATE", certText),
		writePEM(f.Key, "PRIVATE KEY", keyText),
	)
}

func writePEM(path, kind string, text []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: text}), 0o600)
}
