// Package casework is what a case of service chaos does: it uses the instances of the units that
// it holds, and writes to the log what it finds there.
package casework

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/servicechaos/instance"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// Variables of the environment that tell a case what to do.
const (
	// RunVariable has the name of the runner's run.
	RunVariable = "CHAOS_RUN"
	// OrdersVariable has Orders in JSON.
	OrdersVariable = "CHAOS_ORDERS"
)

// Facts in the records of a case. Those that are about one of its groups are followed by a colon
// and the group.
const (
	// Instance is the id of the instance that it was given, in the record of its start.
	Instance = "instance"
	// Found is the run whose mark was in the instance when the case came, and Changed the one whose
	// mark was there later, unless that is the case's own: nobody else may use or reset it.
	Found   = "found"
	Changed = "changed"
	// Failed says by which own word the case fails.
	Failed = "failed"
)

// Nobody is the run in Changed if the mark is gone.
const Nobody = "nobody"

// Program is the name of the case that is a program as a whole.
const Program = "x_test"

// touching is how long a case waits between two uses of what it has.
const touching = 5 * time.Millisecond

// Orders say what each case does, by its name.
type Orders map[string]Order

// Order is what one case does.
type Order struct {
	Uses []Use `json:"uses"`
	// Takes is for how long it uses them.
	Takes time.Duration `json:"takes"`
}

// Use is a group of which a case has a unit.
type Use struct {
	// Group is what the log calls it, and Name what the manifest does.
	Group string `json:"group"`
	Name  string `json:"name"`
}

// Variable is the variable with a field of what stands for the group's unit.
func (u Use) Variable(field string) string {
	return strings.ToUpper(u.Name) + "_" + strings.ToUpper(field)
}

// work is a case under way.
type work struct {
	name  string
	order Order
	log   *caselog.Writer
	run   string
}

// Do does what the case with that name is ordered to do.
func Do(name string) (err error) {
	w, err := prepare(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.log.Close()) }()
	if err := w.start(); err != nil {
		return err
	}
	failed := w.useAll()
	end := caselog.Record{Event: caselog.End}
	if failed != nil {
		end.Facts = map[string]string{Failed: failed.Error()}
	}
	return errors.Join(failed, w.say(end))
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
	log, err := caselog.Append(os.Getenv(instance.LogVariable))
	return &work{name: name, order: order, log: log, run: os.Getenv(RunVariable)}, err
}

// say writes a record, adding what all records of the case have in common.
func (w *work) say(r caselog.Record) error {
	r.At, r.Run, r.Case, r.PID = caselog.Now(), w.run, w.name, os.Getpid()
	return w.log.Write(r)
}

func (w *work) start() error {
	born, err := caselog.Born()
	if err != nil {
		return err
	}
	record := caselog.Record{Event: caselog.Start, Born: born, Facts: map[string]string{}}
	for _, u := range w.order.Uses {
		slot, err := strconv.Atoi(os.Getenv("INTERLOCK_SLOT_" + strings.ToUpper(u.Name)))
		if err != nil {
			return fmt.Errorf("the unit of %s: %w", u.Name, err)
		}
		record.Uses = append(record.Uses, caselog.Use{Group: u.Group, Weight: 1, Slots: []int{slot}})
		record.Facts[Instance+":"+u.Group] = os.Getenv(u.Variable("id"))
	}
	return w.say(record)
}

// useAll uses all instances until the time is up. Its error is the case's own word.
func (w *work) useAll() error {
	if err := w.markAll(); err != nil {
		return err
	}
	for begun := caselog.Now(); caselog.Now().Sub(begun) < w.order.Takes; time.Sleep(touching) {
		if err := w.touchAll(); err != nil {
			return err
		}
	}
	return nil
}

// markAll writes its run into the instances, and what it has found there into the log.
func (w *work) markAll() error {
	facts := map[string]string{}
	for _, u := range w.order.Uses {
		found, err := w.mark(u)
		if err != nil {
			return err
		}
		if found != w.run {
			facts[Found+":"+u.Group] = found
		}
		if err := os.WriteFile(w.markOf(u), []byte(w.run), 0o644); err != nil {
			return err
		}
	}
	return w.say(caselog.Record{Event: caselog.Touch, Facts: facts})
}

func (w *work) markOf(u Use) string {
	return filepath.Join(os.Getenv(u.Variable("dir")), instance.UsedBy)
}

// mark returns the run whose mark is in an instance; empty if there is none.
func (w *work) mark(u Use) (string, error) {
	text, err := os.ReadFile(w.markOf(u))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}

func (w *work) touchAll() error {
	facts := map[string]string{}
	for _, u := range w.order.Uses {
		if err := instance.Ping(os.Getenv(u.Variable("dir")), os.Getenv(u.Variable("id"))); err != nil {
			return fmt.Errorf("%s: %w", u.Group, err)
		}
		found, err := w.mark(u)
		if err != nil {
			return err
		}
		if found == "" {
			found = Nobody
		}
		if found != w.run {
			facts[Changed+":"+u.Group] = found
		}
	}
	return w.say(caselog.Record{Event: caselog.Touch, Facts: facts})
}
