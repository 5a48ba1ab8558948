package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// acquire compares acquire and release of a group that nobody else wants with the two
// transactions that it needs, sent by etcd's client alone. The first makes two keys, for the unit
// and for the group's definition, if six conditions hold. The second deletes them if they are its
// own.
func (c coordination) acquire(table *harness.Table) error {
	const rounds = 500
	s, err := c.newSpace(group.Definition{Capacity: 1})
	if err != nil {
		return err
	}
	defer s.remove()
	client, err := newClient(*s)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	lease, err := client.Grant(context.Background(), 600)
	if err != nil {
		return err
	}
	locker := s.locker()
	results, err := harness.Interleave(rounds,
		func() (time.Duration, error) { return twoTransactions(client, lease.ID, "/bare"+s.Dir) },
		func() (time.Duration, error) { return timed(locker, exclusive(1)) })
	if err != nil {
		return err
	}
	table.Compare("cluster: acquire and release, against two bare transactions", results[0], results[1], harness.RatioAtMost(1.3))
	return nil
}

func twoTransactions(client *clientv3.Client, lease clientv3.LeaseID, key string) (time.Duration, error) {
	ctx, began := context.Background(), time.Now()
	absent := func(key string) clientv3.Cmp { return clientv3.Compare(clientv3.CreateRevision(key), "=", 0) }
	none := func(prefix string) clientv3.Cmp { return absent(key + prefix).WithPrefix() }
	unit, definition := key+"/units/0", key+"/definitions/1/1"
	taken, err := client.Txn(ctx).
		If(absent(definition), none("/definitions/0"), none("/definitions/2"), none("/queue/"), none("/shared/"), absent(unit)).
		Then(clientv3.OpPut(definition, "{}", clientv3.WithLease(lease)), clientv3.OpPut(unit, "{}", clientv3.WithLease(lease))).
		Commit()
	if err == nil {
		_, err = client.Txn(ctx).If(clientv3.Compare(clientv3.CreateRevision(unit), "=", taken.Header.Revision)).
			Then(clientv3.OpDelete(unit), clientv3.OpDelete(definition)).Commit()
	}
	return time.Since(began), err
}

// handoff compares handoffs between processes with those of etcd's own mutex.
func (c coordination) handoff(table *harness.Table) error {
	const batches, requests = 5, 200
	for _, processes := range []int{4, 16} {
		s, err := c.newSpace(group.Definition{Capacity: 1})
		if err != nil {
			return err
		}
		defer s.remove()
		ours := contention{capacity: 1, processes: processes, needs: one, space: s}
		floor := ours
		floor.bare = true
		results, err := harness.Interleave(batches,
			func() (handoffs, error) { return floor.handoffs(requests) },
			func() (handoffs, error) { return ours.handoffs(requests) })
		if err != nil {
			return err
		}
		table.Compare(fmt.Sprintf("cluster: handoff, %d processes, against etcd's mutex", processes),
			join(results[0]).took, join(results[1]).took, harness.RatioAtMost(1.5))
	}
	return nil
}

// queues compares a handoff to the first of 1,000 waiters with one to the first of ten, and
// counts the events that etcd sends to watchers.
func (c coordination) queues(table *harness.Table) error {
	const batches, short, long, mostEvents = 5, 10, 1000, 4
	measure := func(waiters int) func() (queued, error) {
		return func() (queued, error) { return c.queue(waiters, short) }
	}
	results, err := harness.Interleave(batches, measure(short), measure(long))
	if err != nil {
		return err
	}
	few, many := joinQueued(results[0]), joinQueued(results[1])
	table.Compare("cluster: handoff to the first of 1,000 waiters, against the first of 10", few.took, many.took, harness.RatioAtMost(1.5))
	for i, q := range []queued{few, many} {
		table.Rows = append(table.Rows, harness.Row{
			What:   fmt.Sprintf("cluster: watch events for each handoff, %d waiters", []int{short, long}[i]),
			Figure: fmt.Sprintf("%.1f", q.eventsEach()), Bound: fmt.Sprintf("≤ %d", mostEvents), Missed: q.eventsEach() > mostEvents,
		})
	}
	return nil
}

// queued is the cost of some handoffs in a queue.
type queued struct {
	took   harness.Samples
	events float64
}

func (q queued) eventsEach() float64 { return q.events / float64(max(1, len(q.took))) }

func joinQueued(batches []queued) queued {
	var all queued
	for _, b := range batches {
		all.took = append(all.took, b.took...)
		all.events += b.events
	}
	return all
}

// queue makes that many wait for a group, and measures the first handoffs among them.
func (c coordination) queue(waiters, handoffs int) (q queued, err error) {
	const processes = 10 // or as many clients, which is the same to etcd
	s, err := c.newSpace(group.Definition{Capacity: 1})
	if err != nil {
		return q, err
	}
	defer s.remove()
	holder, err := s.locker().Acquire(context.Background(), one)
	if err != nil {
		return q, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	got := make(chan lock.Held)
	var waiting, done sync.WaitGroup
	waiting.Add(waiters)
	for range processes {
		locker := s.locker()
		for range waiters / processes {
			done.Go(func() {
				var once sync.Once
				traced := lock.WithTrace(ctx, lock.Trace{Waiting: func(string) { once.Do(waiting.Done) }})
				held, err := locker.Acquire(traced, one)
				if err != nil {
					return // the handoffs are over
				}
				select {
				case got <- held:
				case <-ctx.Done():
					held.Release()
				}
			})
		}
	}
	defer func() { cancel(); done.Wait() }()
	waiting.Wait()
	time.Sleep(time.Second) // until all of them are in the queue
	before, err := c.watchEvents()
	if err != nil {
		return q, err
	}
	for range handoffs {
		began := time.Now()
		holder.Release()
		holder = <-got
		q.took = append(q.took, time.Since(began))
	}
	after, err := c.watchEvents()
	holder.Release()
	q.events = after - before
	return q, err
}

// watchEvents is how many events the coordinator has sent to watchers.
func (c coordination) watchEvents() (float64, error) {
	const metric = "etcd_debugging_mvcc_events_total "
	response, err := http.Get(c.cluster.Endpoints()[0] + "/metrics")
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), metric); ok {
			return strconv.ParseFloat(text, 64)
		}
	}
	return 0, errors.New("etcd does not say how many events it has sent: it has no metric " + metric)
}
