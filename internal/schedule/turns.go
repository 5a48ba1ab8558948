package schedule

// turns keeps the cases of a file in the order given if only one of them can hold a group at a
// time, whatever else they need: they may rely on it, as on one worker of pytest-xdist. Cases
// without a known file have no turn.
type turns struct {
	usage *usage
	// off says whether all cases start in the order given anyway.
	off bool
	// queues are the positions of the cases that have not begun.
	queues map[queue][]int
	// begun is the number of cases that have begun.
	begun int
}

// queue identifies a queue by its file and its group, by number.
type queue struct {
	file  string
	group int
}

func newTurns(u *usage, off bool) *turns {
	return &turns{usage: u, off: off, queues: map[queue][]int{}}
}

// add puts a case behind those that were added before.
func (t *turns) add(c Case, uses []use) {
	for _, q := range t.of(c, uses) {
		t.queues[q] = append(t.queues[q], c.Position)
	}
}

// of returns the queues that a case is in, unless it has begun before.
func (t *turns) of(c Case, uses []use) (queues []queue) {
	if t.off || c.File == "" || c.Retry {
		return nil
	}
	for _, one := range uses {
		if t.usage.isAlone(one) {
			queues = append(queues, queue{c.File, one.group})
		}
	}
	return queues
}

// isNext reports whether it is the turn of a case once as many others of its queues have begun as
// counts says.
func (t *turns) isNext(c Case, uses []use, counts map[queue]int) bool {
	for _, q := range t.of(c, uses) {
		if t.queues[q][counts[q]] != c.Position {
			return false
		}
	}
	return true
}

// begin removes cases from their queues.
func (t *turns) begin(cases []Case, uses []use) {
	for _, c := range cases {
		for _, q := range t.of(c, uses) {
			t.queues[q] = t.queues[q][1:]
		}
	}
	t.begun++
}

// bringNext moves a case whose turn it is to the front of a class; false if there is none.
func (t *turns) bringNext(c *Class) bool {
	left := c.Left()
	if len(left) == 0 || t.isNext(left[0], c.uses, nil) {
		return true
	}
	if c.outOfTurn == t.begun {
		return false // as it was found before
	}
	for i, one := range left {
		if t.isNext(one, c.uses, nil) {
			copy(left[1:i+1], left[:i])
			left[0] = one
			return true
		}
	}
	c.outOfTurn = t.begun
	return false
}

// together returns how many of the first n cases of a class may follow one another with no other
// case in between.
func (t *turns) together(c *Class, n int) int {
	counts := map[queue]int{}
	for i, one := range c.Left()[:n] {
		if !t.isNext(one, c.uses, counts) {
			return i
		}
		for _, q := range t.of(one, c.uses) {
			counts[q]++
		}
	}
	return n
}
