package suite

import (
	"fmt"
	"strings"
	"time"
)

// page is what is known of a file while its blocks are made.
type page struct {
	path  string
	cases []Case
	// plain is how many of them call nothing.
	plain int
	// block is the number of the block, and class the class that it has.
	block int
	class string
	// rows are the names of the parametrized tests, whose cases are known when the test itself is
	// added.
	rows map[string]bool
	// takes is the duration of the last test.
	takes time.Duration
}

// begin begins a block.
func (p *page) begin() {
	p.block++
	p.class = ""
	p.rows = map[string]bool{}
}

// add adds a case of the test with that name, with the id of its row if it is parametrized.
func (p *page) add(test, row string, takes time.Duration, llm bool) {
	id := p.path
	if p.class != "" {
		id += "::" + p.class
	}
	id += "::" + test
	if row != "" {
		id += "[" + row + "]"
	}
	p.cases = append(p.cases, Case{ID: id, Takes: takes, LLM: llm})
	if !llm {
		p.plain++
	}
	p.takes = takes
}

// pause returns the line that makes the last test take its time, if it takes any.
func (p *page) pause() string {
	if p.takes == 0 {
		return ""
	}
	indent := 4
	if p.class != "" {
		indent = 8
	}
	return fmt.Sprintf("\n%spause(%s)", strings.Repeat(" ", indent), seconds(p.takes))
}

// seconds returns a duration as Python writes it.
func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
