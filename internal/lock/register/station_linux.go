package register

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/interlock-build/rules_interlock/internal/guard"
)

// station is the open files of one acquisition of a group. Two acquisitions of one process have a
// station each, because locks of one descriptor do not exclude one another.
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
	// What is claimed stays claimed until the case's processes are dead.
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

// alarm returns the alarm of a copy of the queue, or nil if there cannot be one.
func (s *station) alarm(i int) *alarm {
	if s.alarms == nil {
		s.alarms = make([]*alarm, len(s.queue))
	}
	if s.alarms[i] == nil {
		s.alarms[i], _ = newAlarm(s.queue[i])
	}
	return s.alarms[i]
}

func (s *station) close() {
	for _, a := range s.alarms {
		a.close()
	}
	s.kept.Drop()
	s.units.close()
	s.queue.close()
}

// stations are the stations of a locker that nobody uses at present. They are kept because
// opening files is most of the cost of an acquisition.
type stations struct {
	mu          sync.Mutex
	idle        map[string][]*station // by the group's label
	descriptors int
	// inodes are the files of each group's place when it was found. If the files change, other
	// processes may know the place differently from this one.
	inodes map[string][]inode
}

// maxIdle is how many descriptors of idle stations are kept open. A process may have 1000
// descriptors.
const maxIdle = 256

// take returns a station whose files are the ones that place names. Its error is errReplaced if
// they are no longer the files that were there when the place was found: then the place has to be
// found again.
func (p *stations) take(label string, place Place) (*station, error) {
	s := p.pop(label)
	if s != nil && s.areCurrent() {
		return s, nil
	}
	if s != nil {
		s.close()
		return nil, errReplaced
	}
	s, err := openStation(place)
	if err != nil {
		return nil, err
	}
	if !p.knows(label, s) {
		s.close()
		return nil, errReplaced
	}
	return s, nil
}

// knows notes the files of a group's first station, and reports whether later stations have the
// same files.
func (p *stations) knows(label string, s *station) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inodes == nil {
		p.inodes = map[string][]inode{}
	}
	if p.inodes[label] == nil {
		p.inodes[label] = s.inodes()
	}
	return slices.Equal(p.inodes[label], s.inodes())
}

// forget is called when the place of a group has to be found again.
func (p *stations) forget(label string) {
	p.mu.Lock()
	delete(p.inodes, label)
	p.mu.Unlock()
	for s := p.pop(label); s != nil; s = p.pop(label) {
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

// putBack keeps a station that holds nothing for the next acquisition, or closes it.
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

func (s *station) inodes() (all []inode) {
	for _, f := range append(slices.Clone(s.queue), s.units...) {
		all = append(all, f.inode)
	}
	return all
}

func (s *station) size() int { return len(s.queue) + len(s.units) }

// isGone reports whether an error says that a file does not exist, or no longer exists.
func isGone(err error) bool { return errors.Is(err, errReplaced) || errors.Is(err, fs.ErrNotExist) }
