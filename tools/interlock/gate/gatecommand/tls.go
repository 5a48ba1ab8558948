package gatecommand

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// executorTLS returns the TLS of the cluster; nil for none.
func (a *arguments) executorTLS(secure bool) (*tls.Config, error) {
	if !secure {
		if a.executorCA != "" || a.executorCertificate != "" || a.executorKey != "" {
			return nil, usageError("gate: %s is without TLS, so it needs no certificates: write grpcs:// or leave them out", a.executor)
		}
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	var err error
	if config.RootCAs, err = readAuthorities("--executor-ca", a.executorCA); err != nil {
		return nil, err
	}
	return config, addCertificate(config, "--executor-certificate", a.executorCertificate, "--executor-key", a.executorKey)
}

// ownTLS returns the TLS of the gate itself; nil for none.
func (a *arguments) ownTLS() (*tls.Config, error) {
	if a.certificate == "" && a.key == "" {
		if a.clientCA != "" {
			return nil, usageError("gate: --tls-client-ca needs --tls-certificate and --tls-key")
		}
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if err := addCertificate(config, "--tls-certificate", a.certificate, "--tls-key", a.key); err != nil {
		return nil, err
	}
	authorities, err := readAuthorities("--tls-client-ca", a.clientCA)
	if authorities != nil {
		config.ClientCAs, config.ClientAuth = authorities, tls.RequireAndVerifyClientCert
	}
	return config, err
}

// addCertificate adds the certificate in two files, if they are given.
func addCertificate(config *tls.Config, certificateFlag, certificate, keyFlag, key string) error {
	if certificate == "" && key == "" {
		return nil
	}
	if certificate == "" || key == "" {
		return usageError("gate: %s and %s belong together", certificateFlag, keyFlag)
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return fmt.Errorf("gate: %s and %s: %w\nhint: both want PEM files that belong together", certificateFlag, keyFlag, err)
	}
	config.Certificates = []tls.Certificate{pair}
	return nil
}

// readAuthorities reads a file of certificates; nil if there is no path.
func readAuthorities(flag, path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("gate: %s: %w", flag, err)
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("gate: %s: there is no PEM certificate in %s", flag, path)
	}
	return authorities, nil
}
