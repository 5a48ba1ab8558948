package main

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Whatever was done to etcd, it serves again afterwards, through all proxies.
func TestEtcdIsWellAfterEachFault(t *testing.T) {
	a, err := newClusterArena(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.close() })
	for n, f := range a.faults {
		if !strings.HasPrefix(f.kind, "etcd: ") {
			continue
		}
		done, err := f.do(nil, rand.New(rand.NewPCG(1, uint64(n))))
		if !done || err != nil {
			t.Errorf("%s: done %v, %v", f.kind, done, err)
		}
		if err := a.heal(); err != nil {
			t.Errorf("%s: %v", f.kind, err)
		}
		for machine := range 2 {
			mustPut(t, f.kind, a.environ(machine)[coordinator.Variable])
		}
	}
}

// mustPut writes something through each endpoint of a coordinator's file.
func mustPut(t *testing.T, after, file string) {
	t.Helper()
	config, err := coordinator.Find(func(name string) (string, bool) { return file, name == coordinator.Variable })
	if err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range config.Endpoints {
		config.Endpoints = []string{endpoint}
		c, err := config.Client()
		if err != nil {
			t.Fatal(err)
		}
		client, err := clientv3.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Put(t.Context(), filepath.Base(file), "well"); err != nil {
			t.Errorf("after %s, through %s: %v", after, endpoint, err)
		}
		_ = client.Close()
	}
}
