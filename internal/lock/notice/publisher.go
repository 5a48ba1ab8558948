package notice

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"maps"
	"sync"
	"time"
)

// rest is the delay between a change and its publication. Changes in between are published
// together, so a file is written at most ten times a second, and never for something that is
// already over.
const rest = 100 * time.Millisecond

// Publisher tells others what this process holds and waits for.
type Publisher struct {
	name string
	warn func(error)

	mu        sync.Mutex
	told      map[*acquisition][]Use
	scheduled bool // a flush is pending
	published bool // there is a file, with something in it

	// writing is held while the file is written.
	writing sync.Mutex
	file    *file // nil until there was something to publish
	last    []byte
}

// NewPublisher returns the publisher of this process. It calls warn, once and from any goroutine,
// if it cannot publish: locks work all the same.
func NewPublisher(warn func(error)) *Publisher {
	var once sync.Once
	return &Publisher{
		name: rand.Text(), told: map[*acquisition][]Use{},
		warn: func(err error) {
			once.Do(func() { warn(fmt.Errorf("others cannot see what is held here, but locks work all the same: %w", err)) })
		},
	}
}

// put publishes all as the uses of a, in place of the earlier ones.
func (p *Publisher) put(a *acquisition, all []Use) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told[a] = all
	p.schedule()
}

// drop publishes nothing of a any more. After the last drop the file is removed at once, because
// the process may be about to end.
func (p *Publisher) drop(a *acquisition) {
	p.mu.Lock()
	delete(p.told, a)
	last := p.published && len(p.told) == 0
	p.schedule()
	p.mu.Unlock()
	if last {
		p.flush()
	}
}

// schedule arranges for a change to be published; p.mu is held.
func (p *Publisher) schedule() {
	if p.scheduled {
		return
	}
	p.scheduled = true
	time.AfterFunc(rest, func() {
		p.mu.Lock()
		p.scheduled = false
		p.mu.Unlock()
		p.flush()
	})
}

// uses returns what is to be published, in order of time.
func (p *Publisher) uses() []Use {
	p.mu.Lock()
	told := maps.Clone(p.told)
	p.mu.Unlock()
	var all []Use
	for a, uses := range told {
		uses, err := a.identified(uses)
		if err != nil {
			p.warn(err)
		}
		all = append(all, uses...)
	}
	sortByTime(all)
	return all
}

// flush writes the file if it has to change.
func (p *Publisher) flush() {
	p.writing.Lock()
	defer p.writing.Unlock()
	uses := p.uses()
	if err := p.write(uses); err != nil {
		p.warn(err)
		return
	}
	p.mu.Lock()
	p.published = len(uses) > 0
	p.mu.Unlock()
}

// write writes uses to the file; p.writing is held.
func (p *Publisher) write(uses []Use) error {
	if len(uses) == 0 {
		p.last = nil
		if p.file != nil {
			p.file.remove()
		}
		return nil
	}
	text, err := encode(uses)
	if err != nil || bytes.Equal(text, p.last) {
		return err
	}
	if p.file == nil {
		if p.file, err = newFile(p.name); err != nil {
			return err
		}
	}
	if err := p.file.write(text); err != nil {
		return err
	}
	p.last = text
	return nil
}
