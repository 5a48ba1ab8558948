package cluster

import (
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// request is one use of one group, from the first attempt until it is given back.
//
// From its first success on, it has its definition in etcd. Every transaction that can give the
// request a place depends on that key, so that a transaction whose answer was lost can be sent
// again without taking effect twice.
type request struct {
	want
	user lock.User
	keys state.Keys
	use  string // its ID
	// ticket is the key of its place in the queue; empty without one. place is the key that it
	// asked for, and may have.
	ticket, place string
	// placed is the revision in which the ticket was written; 0 if that is not known. Another
	// process that goes on with the request writes the ticket anew.
	placed int64
	// isNamed says that the use has a name by which another process can go on with it, and resumes
	// that one may have begun it.
	isNamed, resumes bool
	// guess are the units that it tries to take; none for shared use.
	guess []int
	// starts counts the use against the group's rate; nil without one.
	starts *starts
	// unsure says whether one of its transactions may still commit, because its outcome is
	// unknown.
	unsure bool
	// slots and fence are what it holds; fence is 0 while it holds nothing.
	slots []int
	fence int64
}

func newRequest(s *session, w want, user lock.User) *request {
	r := &request{want: w, user: user, keys: state.KeysOf(s.config.Namespace, w.group.Key), use: s.newUse()}
	if w.need.Mode == group.Exclusive {
		for i := range w.need.Weight {
			r.guess = append(r.guess, i)
		}
	}
	if w.group.Rate.Limited() {
		r.starts = &starts{session: s, label: w.labels[0], rate: w.group.Rate, keys: r.keys}
	}
	return r
}

// definition is the key of this use's definition of the group.
func (r *request) definition() string { return r.keys.Definition(r.group.Definition, r.use) }

// value is what a ticket, a share or a unit holds.
func (r *request) value() string {
	user := r.user
	user.Since = time.Now()
	return state.Format(state.Use{ID: r.use, User: user, Mode: r.need.Mode, Weight: r.need.Weight})
}

// putDefinition registers this use's definition of the group.
func (r *request) putDefinition(lease clientv3.LeaseID) clientv3.Op {
	user := r.user
	user.Since = time.Now()
	value := state.Format(state.Definition{Definition: r.group.Definition, User: user, Ticket: r.ticketToResume()})
	return clientv3.OpPut(r.definition(), value, clientv3.WithLease(lease))
}

// isNew returns the conditions for a first place: that nothing was done for the use yet, and that
// all others have the same definition of the group.
func (r *request) isNew() []clientv3.Cmp {
	others := r.keys.OtherDefinitions(r.group.Definition)
	return []clientv3.Cmp{absent(r.definition()), none(others[0]), none(others[1])}
}

// isFirst returns the conditions for its turn: that no ticket is before its own.
func (r *request) isFirst() []clientv3.Cmp {
	if r.ticket == "" {
		return append(r.isNew(), none(r.keys.Queue()))
	}
	return []clientv3.Cmp{r.hasTicket(), none(r.keys.Before(r.ticket))}
}

// isFree returns the conditions that the group has what it needs.
func (r *request) isFree() []clientv3.Cmp {
	if r.need.Mode == group.Shared {
		return []clientv3.Cmp{none(r.keys.Units())}
	}
	conditions := []clientv3.Cmp{none(r.keys.Shares())}
	for _, unit := range r.guess {
		conditions = append(conditions, unheld(r.keys.Unit(unit)))
	}
	return conditions
}

// conditions returns all conditions for take.
func (r *request) conditions() []clientv3.Cmp {
	conditions := append(r.isFirst(), r.isFree()...)
	if r.starts != nil {
		conditions = append(conditions, r.starts.conditions()...)
	}
	return conditions
}

// take returns the operations that make it a holder.
func (r *request) take(lease clientv3.LeaseID) []clientv3.Op {
	var ops []clientv3.Op
	if r.ticket == "" {
		ops = append(ops, r.putDefinition(lease))
	} else {
		ops = append(ops, clientv3.OpDelete(r.ticket))
	}
	value := r.value()
	for _, key := range r.places(r.guess) {
		ops = append(ops, clientv3.OpPut(key, value, clientv3.WithLease(lease)))
	}
	if r.starts != nil {
		ops = append(ops, r.starts.count()...)
	}
	return ops
}

// places returns the keys of a holder of these units, or of a shared holder.
func (r *request) places(units []int) []string {
	if r.need.Mode == group.Shared {
		return []string{r.keys.Share(r.use)}
	}
	keys := make([]string, len(units))
	for i, unit := range units {
		keys[i] = r.keys.Unit(unit)
	}
	return keys
}

// free chooses the smallest units that are not among held, and reports whether
// there are enough.
func (r *request) free(held map[int]bool) bool {
	var units []int
	for i := 0; i < r.group.Capacity && len(units) < r.need.Weight; i++ {
		if !held[i] {
			units = append(units, i)
		}
	}
	if len(units) < r.need.Weight {
		return false
	}
	r.guess = units
	return true
}

func (r *request) grant() group.Grant { return group.Grant{Slots: r.slots, Fence: r.fence} }

// absent is the condition that a key does not exist.
func absent(key string) clientv3.Cmp { return clientv3.Compare(clientv3.CreateRevision(key), "=", 0) }

// present is the condition that a key exists.
func present(key string) clientv3.Cmp { return clientv3.Compare(clientv3.CreateRevision(key), ">", 0) }

// in is the option of an operation on a range.
func in(r state.Range) clientv3.OpOption { return clientv3.WithRange(r.To) }
