package engine

import (
	"strings"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock"
)

// knownHolders is who held a group, as far as the locker knew, a short while ago.
type knownHolders struct {
	mu   sync.Mutex
	last map[string]knownHolder // by group
}

type knownHolder struct {
	name string
	at   time.Time
}

// holder returns who of others holds a group, for people; empty if nobody is known.
func (r *run) holder(group string) string {
	k := &r.known
	k.mu.Lock()
	defer k.mu.Unlock() // also while somebody looks: others need the same answer
	if last, ok := k.last[group]; ok && time.Since(last.at) < known {
		return last.name
	}
	name := r.lookForHolder(group)
	if k.last == nil {
		k.last = map[string]knownHolder{}
	}
	k.last[group] = knownHolder{name, time.Now()}
	return name
}

func (r *run) lookForHolder(group string) string {
	inspector, ok := r.Locker.(lock.Inspector)
	if !ok {
		return ""
	}
	for _, user := range inspector.Holders(group) {
		if !r.users.has(user) {
			user.Since = time.Time{}
			return user.String()
		}
	}
	return ""
}

// holders returns the holders of a group, as far as the locker knows them.
func (r *run) holders(group string) string {
	inspector, ok := r.Locker.(lock.Inspector)
	if !ok {
		return ""
	}
	var names []string
	for _, user := range inspector.Holders(group) {
		names = append(names, user.String())
	}
	return strings.Join(names, "; ")
}

// ownUsers are the users that hold groups for this run at present. One that only asks is not among
// them: a case of the same name may hold the group in another run of the test.
type ownUsers struct {
	mu  sync.Mutex
	all map[lock.User]int
}

// identityOf returns a user as others see it, at whatever time.
func identityOf(u lock.User) lock.User {
	return lock.User{Target: lock.Clean(u.Target), Case: lock.Clean(u.Case)}
}

// add adds a user, until the returned function is called.
func (o *ownUsers) add(u lock.User) (ended func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u = identityOf(u)
	if o.all == nil {
		o.all = map[lock.User]int{}
	}
	o.all[u]++
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.all[u]--; o.all[u] == 0 {
			delete(o.all, u)
		}
	}
}

func (o *ownUsers) has(u lock.User) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all[identityOf(u)] > 0
}
