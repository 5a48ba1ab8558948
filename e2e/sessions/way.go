package main

import "fmt"

// way is a way to run a suite.
type way struct {
	// plain is pytest alone, or with xdist.
	plain, xdist    bool
	workers, shards int
}

var (
	plainWay = way{plain: true, shards: 1}
	xdistWay = way{plain: true, xdist: true, workers: 3, shards: 1}
)

func ourWay(workers, shards int) way { return way{workers: workers, shards: shards} }

func (w way) String() string {
	switch {
	case w.xdist:
		return "xdist"
	case w.plain:
		return "plain"
	case w.shards > 1:
		return fmt.Sprintf("workers %d, shards %d", w.workers, w.shards)
	}
	return fmt.Sprintf("workers %d", w.workers)
}

// inOrder reports whether all tests run one after the other, in one process.
func (w way) inOrder() bool { return w.workers == 0 && w.shards == 1 }
