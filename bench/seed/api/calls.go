package api

import "sync"

// Statistics tells of calls.
type Statistics struct {
	// Calls is how many were answered, or are going to be.
	Calls int `json:"calls"`
	// Refused is how many were more than the limit.
	Refused int `json:"refused"`
	// MostAtOnce is how many there were at once at most: more than the limit if
	// some were refused.
	MostAtOnce int `json:"most_at_once"`
	// Limit is how many there may be at once.
	Limit int `json:"limit"`
}

// calls counts calls.
type calls struct {
	mutex   sync.Mutex
	running int
	told    Statistics
}

// reset forgets all calls but those that are running.
func (c *calls) reset(limit int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.told = Statistics{Limit: limit}
}

func (c *calls) statistics() Statistics {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.told
}

// begin counts a call, until end is called for the first time, or refuses it.
func (c *calls) begin() (end func(), ok bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.told.MostAtOnce = max(c.told.MostAtOnce, c.running+1)
	if c.running >= c.told.Limit {
		c.told.Refused++
		return nil, false
	}
	c.running++
	c.told.Calls++
	return sync.OnceFunc(c.end), true
}

func (c *calls) end() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.running--
}
