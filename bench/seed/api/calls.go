package api

import (
	"sync"
	"time"
)

// Limits are what the API allows.
type Limits struct {
	// AtOnce is how many calls there may be at the same time.
	AtOnce int `json:"at_once"`
	// Conversations is how many may begin in any Window; 0 means no limit.
	Conversations int           `json:"conversations"`
	Window        time.Duration `json:"window"`
}

// Statistics reports calls.
type Statistics struct {
	// Calls is how many were answered, or will be.
	Calls int `json:"calls"`
	// Refused is how many exceeded the limits.
	Refused int `json:"refused"`
	// MostAtOnce is the most calls at the same time: more than the limit if some were refused.
	MostAtOnce int `json:"most_at_once"`
	// MostBegun is the most conversations that began in one Window: more than the limit if some
	// were refused.
	MostBegun int `json:"most_begun"`
	// Limits are the limits of these calls.
	Limits Limits `json:"limits"`
}

// calls counts calls.
type calls struct {
	mutex   sync.Mutex
	running int
	begun   []time.Time // conversations, within the last window
	told    Statistics
}

// reset forgets all calls except the running ones.
func (c *calls) reset(limits Limits) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.begun, c.told = nil, Statistics{Limits: limits}
}

func (c *calls) statistics() Statistics {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.told
}

// begin counts a call, until end is called for the first time, or refuses it.
func (c *calls) begin(beginsConversation bool) (end func(), ok bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.told.MostAtOnce = max(c.told.MostAtOnce, c.running+1)
	if c.running >= c.told.Limits.AtOnce || beginsConversation && !c.mayBegin(time.Now()) {
		c.told.Refused++
		return nil, false
	}
	c.running++
	c.told.Calls++
	return sync.OnceFunc(c.end), true
}

// mayBegin counts a conversation, if there is a limit and it allows one more.
func (c *calls) mayBegin(now time.Time) bool {
	limits := c.told.Limits
	if limits.Conversations == 0 {
		return true
	}
	for len(c.begun) > 0 && now.Sub(c.begun[0]) >= limits.Window {
		c.begun = c.begun[1:]
	}
	c.told.MostBegun = max(c.told.MostBegun, len(c.begun)+1)
	if len(c.begun) >= limits.Conversations {
		return false
	}
	c.begun = append(c.begun, now)
	return true
}

func (c *calls) end() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.running--
}
