package cluster

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// ErrLeft is the error of Queue.Acquire after Leave.
var ErrLeft = errors.New("this process has left the queue")

// ErrTaken is the error of Queue.Acquire if another one has gone on with its acquisition.
var ErrTaken = errors.New("somebody else goes on with this acquisition")

// Place names an acquisition, so that another process can go on with it.
type Place struct {
	// ID is what NewPlace has returned.
	ID string
	// Resume says that another process may have begun the acquisition. What it has then moves to
	// this process, with its place in the queue. If it has nothing, the acquisition begins anew.
	Resume bool
}

// NewPlace returns a name that no other acquisition has.
func NewPlace() Place {
	var random [8]byte
	_, _ = rand.Read(random[:]) // it never fails
	return Place{ID: fmt.Sprintf("%016x", binary.BigEndian.Uint64(random[:]))}
}

// Valid reports whether NewPlace could have returned the ID.
func (p Place) Valid() bool { return len(p.ID) == 16 && isHex(p.ID) }

// use is the ID of the use of the group with a number, among the groups of the acquisition.
func (p Place) use(number int) string { return fmt.Sprintf("%s.%08x", p.ID, number) }

func isHex(text string) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Queue is a lock.Locker for groups that are known only when somebody asks for them, and whose
// acquisitions another process can go on with. It is for groups without a rate.
type Queue struct{ sessions *sessions }

// NewQueue returns a Queue of a coordinator.
func NewQueue(config coordinator.Config) *Queue {
	return &Queue{&sessions{many: true, find: func() (coordinator.Config, error) { return config, nil }}}
}

// Acquire is lock.Locker's Acquire for some groups, with a name.
func (q *Queue) Acquire(ctx context.Context, place Place, groups []group.Group, needs []group.Need) (lock.Held, error) {
	wants, err := lockerIn(q.sessions, groups).wants(needs)
	if err != nil {
		return nil, err
	}
	return (&locker{sessions: q.sessions}).acquireWants(ctx, wants, place)
}

// Check returns an error if the coordinator does not answer before ctx ends.
func (q *Queue) Check(ctx context.Context) error {
	s, err := q.sessions.use(ctx)
	if err != nil {
		return err
	}
	defer q.sessions.done(s)
	return s.renew(ctx, s.lease)
}

// Leave ends all acquisitions, as the end of the process would: what they have stays until the
// lease of this process ends, so that another process can go on with them (Place).
func (q *Queue) Leave() { q.sessions.leave() }
