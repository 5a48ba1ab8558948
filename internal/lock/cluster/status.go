package cluster

import (
	"context"
	"errors"
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	// pageSize is how many keys are read at once.
	pageSize = 1000
	// maxEntries is the most keys that Read looks at.
	maxEntries = 100_000
)

// Find reads the coordinator that lookup leads to (coordinator.Find, Read). It is not found if no
// coordinator is configured.
func Find(ctx context.Context, lookup func(string) (string, bool)) (groups []state.Group, found bool, err error) {
	config, err := coordinator.Find(lookup)
	if err != nil {
		if errors.Is(err, coordinator.ErrNone) {
			err = nil
		}
		return nil, false, err
	}
	groups, err = Read(ctx, config)
	return groups, true, err
}

// Read returns the groups of a coordinator that are in use, as of one moment, sorted by key. It
// may return both groups and an error, which names what cannot be read (state.Parse). The texts
// of users may contain any characters.
func Read(ctx context.Context, config coordinator.Config) ([]state.Group, error) {
	clientConfig, err := config.Client()
	if err != nil {
		return nil, err
	}
	client, err := clientv3.New(clientConfig)
	if err != nil {
		return nil, explain(err, config.Endpoints)
	}
	defer func() { _ = client.Close() }()
	var entries []state.Entry
	err = retry(ctx, firstContact, func(ctx context.Context) (err error) {
		entries, err = readAll(ctx, client, state.Prefixed(config.Namespace))
		return err
	}, ignore)
	if err != nil {
		return nil, explain(err, config.Endpoints)
	}
	if len(entries) > maxEntries {
		return nil, fmt.Errorf("coordinator: there are more than %d keys below %q: they are not all of ours; "+
			"choose a namespace for interlock alone", maxEntries, config.Namespace)
	}
	return state.Parse(config.Namespace, entries)
}

// readAll reads a range page by page, all at one revision. It reads at most one page more than
// maxEntries.
func readAll(ctx context.Context, client clientv3.KV, r state.Range) ([]state.Entry, error) {
	var entries []state.Entry
	for revision := int64(0); len(entries) <= maxEntries; {
		page, err := client.Get(ctx, r.From, in(r), clientv3.WithLimit(pageSize), clientv3.WithRev(revision))
		if err != nil {
			return nil, err
		}
		revision = page.Header.Revision
		for _, kv := range page.Kvs {
			entries = append(entries, state.Entry{Key: string(kv.Key), Value: string(kv.Value), Written: kv.ModRevision, Unleased: kv.Lease == 0})
		}
		if !page.More {
			break
		}
		r.From = entries[len(entries)-1].Key + "\x00"
	}
	return entries, nil
}
