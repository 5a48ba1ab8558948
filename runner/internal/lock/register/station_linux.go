package register

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/interlock-build/rules_interlock/runner/internal/guard"
)

// station is the open files of one acquisition of a group. Two acquisitions of one
// process have one each, since locks of one descriptor do not exclude one another.
type station struct {
	place        Place
	queue, units copies
	alarms       []*alarm // of the copies of the queue, made when first needed
	kept         guard.Kept
}

func openStation(place Place) (*station, error) {
	s := &station{place: place}
	var err error
	if s.queue, err = openCopies(place.Queue); err == nil {
		s.units, err = openCopies(place.Units)
	}
	if err == nil {
		err = s.mustDiffer()
	}
	if err != nil {
		s.close()
		return nil, err
	}
	// What is claimed stays claimed until what runs on it is dead.
	s.kept = guard.Keep(s.units.descriptors())
	return s, nil
}

// mustDiffer makes sure that tickets are not taken for units.
func (s *station) mustDiffer() error {
	for _, q := range s.queue {
		if slices.ContainsFunc(s.units, func(u *lockFile) bool { return u.inode == q.inode }) {
			return fmt.Errorf("%s is one file with another lock file of its group, as after a deduplication: "+
				"remove the group's lock files, and build them again", q.path)
		}
	}
	return nil
}

func (s *station) areCurrent() bool { return s.queue.areCurrent() && s.units.areCurrent() }

// alarm returns that of a copy of the queue, or nil if there cannot be one.
func (s *station) alarm(i int) *alarm {
	if s.alarms == nil {
		s.alarms = make([]*alarm, len(s.queue))
	}
	if s.alarms[i] == nil {
		s.alarms[i], _ = newAlarm(s.queue[i])
	}
	return s.alarms[i]
}

// vacate gives everything back that is held through the files.
func (s *station) vacate() {
	s.units.withdrawAll()
	s.queue.withdrawAll()
}

func (s *station) close() {
	for _, a := range s.alarms {
		a.close()
	}
	s.kept.Drop()
	s.units.close()
	s.queue.close()
}

// stations are those of a locker that nobody uses at present: to open files is most
// of what an acquisition costs.
type stations struct {
	mu          sync.Mutex
	idle        map[string][]*station // by the group's label
	descriptors int
}

// maxIdle is how many descriptors of idle stations are kept open. A process may have
// a thousand of them.
const maxIdle = 256

// take returns a station whose files are what place says.
func (p *stations) take(label string, place Place) (*station, error) {
	for {
		s := p.pop(label)
		if s == nil {
			return openStation(place)
		}
		if s.areCurrent() && s.place.equal(place) {
			return s, nil
		}
		s.close()
	}
}

func (p *stations) pop(label string) *station {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := p.idle[label]
	if len(idle) == 0 {
		return nil
	}
	s := idle[len(idle)-1]
	p.idle[label] = idle[:len(idle)-1]
	p.descriptors -= s.size()
	return s
}

// putBack keeps a vacated station for the next one, or closes it.
func (p *stations) putBack(label string, s *station) {
	p.mu.Lock()
	keep := p.descriptors+s.size() <= maxIdle
	if keep {
		if p.idle == nil {
			p.idle = map[string][]*station{}
		}
		p.idle[label] = append(p.idle[label], s)
		p.descriptors += s.size()
	}
	p.mu.Unlock()
	if !keep {
		s.close()
	}
}

func (p *stations) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, idle := range p.idle {
		for _, s := range idle {
			s.close()
		}
	}
	p.idle, p.descriptors = nil, 0
}

func (s *station) size() int { return len(s.queue) + len(s.units) }

func (p Place) equal(other Place) bool {
	return p.Region == other.Region && slices.Equal(p.Queue, other.Queue) && slices.Equal(p.Units, other.Units)
}

// isGone reports whether an error is that a file is not there, or not any more.
func isGone(err error) bool { return errors.Is(err, errReplaced) || errors.Is(err, fs.ErrNotExist) }
