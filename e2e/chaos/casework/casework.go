// Package casework is what a case of chaos does: it uses what it was given for a while, and
// writes that to the log.
package casework

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/fenced"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// Variables of the environment that tell a case what to do.
const (
	// LogVariable has the path of the log.
	LogVariable = "CHAOS_LOG"
	// RunVariable has the name of the runner's run.
	RunVariable = "CHAOS_RUN"
	// OrdersVariable has Orders in JSON.
	OrdersVariable = "CHAOS_ORDERS"
	// ResourceVariable has the socket of the fenced resource, if there is one.
	ResourceVariable = "CHAOS_RESOURCE"
)

// Program is the name of the case that is a program as a whole.
const Program = "x_test"

// touching is how long a case waits between two uses of what it has.
const touching = 3 * time.Millisecond

// Orders say what each case does, by its name.
type Orders map[string]Order

// Order is what one case does.
type Order struct {
	// Uses are the groups that it uses, without what it is granted of them.
	Uses []caselog.Use `json:"uses"`
	// Guarded is the group that the fenced resource belongs to; empty if it uses none.
	Guarded string `json:"guarded,omitempty"`
	// Takes is for how long it uses them.
	Takes time.Duration `json:"takes"`
	// Helper says whether a process that it starts does the same: a child, or one in a session of
	// its own; empty if none does.
	Helper string `json:"helper,omitempty"`
}

// Do does what the case with that name is ordered to do.
func Do(name string) (err error) {
	work, err := prepare(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, work.end()) }()
	born, err := caselog.Born()
	if err != nil {
		return err
	}
	if err := work.say(caselog.Record{Event: caselog.Start, Born: born, Uses: work.order.Uses}); err != nil {
		return err
	}
	helper, err := work.startHelper()
	if err != nil {
		return err
	}
	defer helper.end()
	for begun := caselog.Now(); caselog.Now().Sub(begun) < work.order.Takes; {
		if err := work.touch(); err != nil {
			return err
		}
		time.Sleep(touching)
	}
	helper.end()
	return work.say(caselog.Record{Event: caselog.End})
}

// work is a case under way.
type work struct {
	name     string
	order    Order
	log      *caselog.Writer
	resource *fenced.Client // nil without one
}

func prepare(name string) (*work, error) {
	var orders Orders
	if err := json.Unmarshal([]byte(os.Getenv(OrdersVariable)), &orders); err != nil {
		return nil, fmt.Errorf("%s: %w", OrdersVariable, err)
	}
	order, known := orders[name]
	if !known {
		return nil, fmt.Errorf("there are no orders for %s", name)
	}
	for i := range order.Uses {
		if err := addGrant(&order.Uses[i]); err != nil {
			return nil, err
		}
	}
	log, err := caselog.Append(os.Getenv(LogVariable))
	if err != nil {
		return nil, err
	}
	w := &work{name: name, order: order, log: log}
	if path := os.Getenv(ResourceVariable); path != "" {
		w.resource, err = fenced.Dial(path)
	}
	return w, err
}

func (w *work) end() error {
	err := w.log.Close()
	if w.resource != nil {
		err = errors.Join(err, w.resource.Close())
	}
	return err
}

// say writes a record, adding what all records of the case have in common.
func (w *work) say(r caselog.Record) error {
	r.At, r.Run, r.Case, r.PID = caselog.Now(), os.Getenv(RunVariable), w.name, os.Getpid()
	return w.log.Write(r)
}

// touch uses what the case has. A write that the resource rejects does not matter to the case:
// the runner has to know that the case has lost its group.
func (w *work) touch() error {
	if w.resource != nil {
		for _, u := range w.order.Uses {
			if u.Group != w.order.Guarded {
				continue
			}
			write := fenced.Write{Group: u.Group, Fence: u.Fence, Holder: os.Getenv(RunVariable) + "/" + w.name}
			if _, err := w.resource.Write(write); err != nil {
				return fmt.Errorf("the fenced resource: %w", err)
			}
		}
	}
	return w.say(caselog.Record{Event: caselog.Touch})
}

// addGrant adds the grant of a group that the runner has put into the environment.
func addGrant(u *caselog.Use) error {
	name := strings.ToUpper(u.Group)
	if names := os.Getenv("INTERLOCK_" + name + "_INSTANCE"); names != "" {
		u.Instances = strings.Split(names, ",")
	}
	if fence := os.Getenv("INTERLOCK_" + name + "_FENCE"); fence != "" {
		n, err := strconv.ParseInt(fence, 10, 64)
		if err != nil {
			return fmt.Errorf("the fence of %s: %w", u.Group, err)
		}
		u.Fence = n
	}
	slots := os.Getenv("INTERLOCK_SLOT_" + name)
	if slots == "" {
		return nil
	}
	for text := range strings.SplitSeq(slots, ",") {
		slot, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("the slots of %s: %w", u.Group, err)
		}
		u.Slots = append(u.Slots, slot)
	}
	return nil
}
