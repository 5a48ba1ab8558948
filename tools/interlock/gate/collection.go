package gate

import (
	"runtime/debug"
	"time"
)

// collection adapts the garbage collector. What waits takes memory and no time, so when many actions
// wait, the process can afford to collect more often.
type collection struct {
	ticker *time.Ticker
	normal int // the percentage that the process had
	often  bool
	full   bool // whether there may be something to give back
	before int  // how many waited the last time
}

const (
	// adaptEach is how often it looks how many wait.
	adaptEach = time.Second
	// manyWait is from how many on it collects often.
	manyWait = 1000
	// oftenAt is by how many percent memory grows then between two collections.
	oftenAt = 10
	// steady is the fraction by which a steady number changes at most.
	steady = 50
)

func newCollection() *collection {
	c := &collection{ticker: time.NewTicker(adaptEach), normal: debug.SetGCPercent(oftenAt)}
	debug.SetGCPercent(c.normal)
	return c
}

// adapt is told how many actions wait. What was needed only until many had their places is given
// back to the system once their number changes no more.
func (c *collection) adapt(waiting int) {
	if often := waiting >= manyWait; often != c.often {
		debug.SetGCPercent(map[bool]int{true: oftenAt, false: c.normal}[often])
		c.often, c.full = often, often
	}
	isSteady := c.before-waiting < waiting/steady && waiting-c.before < waiting/steady
	c.full = c.full || c.often && !isSteady
	if c.full && isSteady {
		debug.FreeOSMemory()
		c.full = false
	}
	c.before = waiting
}

func (c *collection) stop() {
	c.ticker.Stop()
	c.adapt(0)
}
