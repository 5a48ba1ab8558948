package plan

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// trialShard is a shard of a simulated run. It knows of its cases what the
// engine knows of them.
type trialShard struct {
	workers, idle int
	// stuck is whether nothing can start before something finishes.
	stuck   bool
	classes []*trialClass
	byNeeds map[string]*trialClass
	serial  []*trialClass // of one case each
	chain   []time.Duration
	ran     time.Duration // of all that have
	count   int
}

// trialClass is cases that need the same.
type trialClass struct {
	uses    []trialUse
	cases   []int           // those that have not started, the longest first
	takes   []time.Duration // what is believed of them; 0 where nothing is
	known   time.Duration   // the sum of that
	unknown int
	ran     time.Duration // of those that have
	count   int
}

func newTrialShard(workers, groups int) *trialShard {
	return &trialShard{
		workers: workers, idle: workers, byNeeds: map[string]*trialClass{}, chain: make([]time.Duration, groups),
	}
}

func (s *trialShard) add(i int, c Case, uses []trialUse) {
	if c.Serial {
		s.serial = append(s.serial, &trialClass{uses: uses, cases: []int{i}, takes: []time.Duration{c.Takes}})
		return
	}
	key := fmt.Sprint(uses)
	class := s.byNeeds[key]
	if class == nil {
		class = &trialClass{uses: uses}
		s.byNeeds[key] = class
		s.classes = append(s.classes, class)
	}
	class.cases = append(class.cases, i)
	if c.Takes > 0 {
		class.known += c.Takes
	} else {
		class.unknown++
	}
}

// sort brings the longest of each class first, those that are unknown last.
func (s *trialShard) sort(p Problem) {
	for _, c := range s.classes {
		slices.SortStableFunc(c.cases, func(a, b int) int { return cmp.Compare(p.Cases[b].Takes, p.Cases[a].Takes) })
		for _, i := range c.cases {
			c.takes = append(c.takes, p.Cases[i].Takes)
		}
	}
}

func (c *trialClass) take() int {
	i, takes := c.cases[0], c.takes[0]
	c.cases, c.takes = c.cases[1:], c.takes[1:]
	if takes > 0 {
		c.known -= takes
	} else {
		c.unknown--
	}
	return i
}

// observe learns how long a case ran.
func (s *trialShard) observe(c *trialClass, ran time.Duration) {
	c.ran += ran
	c.count++
	s.ran += ran
	s.count++
}

// mean returns what ran came to on average, or otherwise.
func mean(ran time.Duration, count int, otherwise time.Duration) time.Duration {
	if count == 0 {
		return otherwise
	}
	return ran / time.Duration(count)
}

// next returns the class whose first case is to start; nil if none can. The
// serial ones come last, in the order given, and one by one.
func (s *trialShard) next(groups []usage) *trialClass {
	if s.idle == 0 {
		return nil
	}
	s.classes = slices.DeleteFunc(s.classes, func(c *trialClass) bool { return len(c.cases) == 0 })
	if len(s.classes) > 0 {
		return s.mostUrgent(groups)
	}
	if s.idle < s.workers || len(s.serial) == 0 || !s.serial[0].fits(groups) {
		return nil
	}
	first := s.serial[0]
	s.serial = s.serial[1:]
	return first
}

func (c *trialClass) fits(groups []usage) bool {
	return !slices.ContainsFunc(c.uses, func(u trialUse) bool {
		g := groups[u.group]
		if u.shared {
			return g.units > 0
		}
		return g.readers > 0 || g.units+u.weight > g.capacity
	})
}

// trialUrgency is what package engine goes by, and says the reasons of.
type trialUrgency struct {
	defers       bool
	longest, all time.Duration
}

func (u trialUrgency) above(other trialUrgency) bool {
	if u.defers != other.defers {
		return other.defers
	}
	return cmp.Or(cmp.Compare(u.longest, other.longest), cmp.Compare(u.all, other.all)) > 0
}

// mostUrgent returns, of the classes whose groups are free, the most urgent
// one; of equal ones the first.
func (s *trialShard) mostUrgent(groups []usage) *trialClass {
	overall := mean(s.ran, s.count, nominal)
	rest := s.addUp(groups, overall) / time.Duration(s.workers)
	var best *trialClass
	var most trialUrgency
	for _, c := range s.classes {
		if !c.fits(groups) {
			continue
		}
		if u := s.urgency(c, overall, rest); best == nil || u.above(most) {
			best, most = c, u
		}
	}
	return best
}

func (s *trialShard) urgency(c *trialClass, overall, rest time.Duration) trialUrgency {
	longest := cmp.Or(c.takes[0], mean(c.ran, c.count, overall))
	u := trialUrgency{longest: longest}
	shares := len(c.uses) > 0
	for _, used := range c.uses {
		u.longest = max(u.longest, s.chain[used.group])
		u.all += s.chain[used.group]
		shares = shares && used.shared
	}
	u.defers = shares && (u.all > 0 || longest < rest)
	return u
}

// addUp returns the work that is left, and leaves that of each group in chain.
func (s *trialShard) addUp(groups []usage, overall time.Duration) time.Duration {
	clear(s.chain)
	var all time.Duration
	for _, c := range s.classes {
		work := c.known + time.Duration(c.unknown)*mean(c.ran, c.count, overall)
		all += work
		for _, u := range c.uses {
			if !u.shared {
				s.chain[u.group] += work * time.Duration(u.weight) / time.Duration(groups[u.group].capacity)
			}
		}
	}
	return all
}
