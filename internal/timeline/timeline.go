// Package timeline is the format of timeline.json: what one shard of one run of a test did, and
// when. The runner writes it, and the command interlock reads it.
//
// The file is small, so that thousands of cases cost nothing: what cases have in common stands in
// tables at its head, to which cases refer by index, and what is usual is left out.
package timeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Version is the version of the format that this package writes and reads.
const Version = 1

// Name is the name of the file among the outputs of a test.
const Name = "timeline.json"

// File is the content of timeline.json.
type File struct {
	// Version is Version.
	Version int `json:"version"`
	// Label is the test's, as Bazel prints it.
	Label string `json:"label"`
	// Shard is the index of this shard, from 0, of Shards, at least 1.
	Shard  int `json:"shard,omitempty"`
	Shards int `json:"shards"`
	// Run is the number of the run, from 1, of a test that Bazel runs several times; else 0.
	Run int `json:"run,omitempty"`
	// Host is the name of the machine.
	Host string `json:"host,omitempty"`
	// Start is moment 0, to which all Moments refer: when the runner started.
	Start time.Time `json:"start"`
	// Workers is how many cases the shard runs at once. 0 means that it runs all of its cases in
	// order, and holds during all of them what any of them needs.
	Workers int `json:"workers"`
	// KeepTogether is what is never divided among shards: case, class or file.
	KeepTogether string `json:"keep_together,omitempty"`
	// Seed is the seed of a random order; empty if the order is not random.
	Seed string `json:"seed,omitempty"`
	// Groups are the groups that the test declares, in the order of labels.
	Groups []Group `json:"groups,omitempty"`
	// Needs are what cases may hold.
	Needs []Need `json:"needs,omitempty"`
	// Users are users of groups outside of this shard, for people, such as "TestX of //a:b".
	Users []string `json:"users,omitempty"`
	// Listing is the time in which the cases were found.
	Listing Span `json:"listing"`
	// Setups are the instances of groups that were started for this shard.
	Setups []Setup `json:"setups,omitempty"`
	// Cases are the cases of this shard, in the order in which they were listed.
	Cases []Case `json:"cases"`
	// Ended is when the run ended; 0 if it has not: it goes on, or was killed.
	Ended Moment `json:"ended,omitempty"`
}

// Moment is a time in milliseconds since File.Start, to a tenth.
type Moment float64

// Span is a span of time.
type Span struct {
	From Moment `json:"from,omitempty"`
	To   Moment `json:"to"`
}

// Group is a resource group.
type Group struct {
	// Label is the group's, as Bazel prints it.
	Label string `json:"label"`
	// Scope says what the group excludes, such as process or build.
	Scope string `json:"scope"`
	// Key identifies the group in the scopes host and cluster; else empty.
	Key string `json:"key,omitempty"`
	// Capacity is the number of units, at least 1.
	Capacity int `json:"capacity"`
	// Rate is how many cases that hold it may start in a window of time; empty for no limit.
	Rate string `json:"rate,omitempty"`
	// Instances are the names of the units, if they have names.
	Instances []string `json:"instances,omitempty"`
	// Setup is the program that starts what a unit stands for; empty if nothing is started.
	Setup string `json:"setup,omitempty"`
}

// Need is what a case may hold of a group.
type Need struct {
	// Group is an index of File.Groups.
	Group int `json:"group"`
	// Weight is the number of units; 0 means 1.
	Weight int `json:"weight,omitempty"`
	// Shared says whether others may share the group at the same time.
	Shared bool `json:"shared,omitempty"`
}

// Units is the number of units that an exclusive use takes.
func (n Need) Units() int { return max(n.Weight, 1) }

// Setup is one start of an instance of a group.
type Setup struct {
	// Group is an index of File.Groups, and Unit the number of the unit, from 0.
	Group int `json:"group"`
	Unit  int `json:"unit"`
	Span
	// Kept says that a keeper had the instance or has started it.
	Kept bool `json:"kept,omitempty"`
	// Failed says that there was no instance in the end.
	Failed bool `json:"failed,omitempty"`
}

// Case is a test case.
type Case struct {
	// Name is unique in the test.
	Name string `json:"name"`
	// Together names what keeps the case in one shard with others, by File.KeepTogether; empty
	// if nothing does.
	Together string `json:"together,omitempty"`
	// Serial says whether it runs last in its shard, and alone.
	Serial bool `json:"serial,omitempty"`
	// Takes is how many seconds the runner expected it to run; 0 if it did not know.
	Takes float64 `json:"takes,omitempty"`
	// Needs are indexes of File.Needs.
	Needs []int `json:"needs,omitempty"`
	// Attempts are its attempts. A case that was never asked for has one with only an outcome. A
	// case that has not finished has a last one without an end.
	Attempts []Attempt `json:"attempts,omitempty"`
}

// Attempt is one run of a case. The moments are in the order of the fields.
type Attempt struct {
	// Queued is when the case could have started, had groups and workers been free; 0 means when
	// listing ended.
	Queued Moment `json:"queued,omitempty"`
	// Asked is when its groups were asked for. A case that joins others which hold them has the
	// moment of the first one.
	Asked Moment `json:"asked,omitempty"`
	// Started is when it held its groups, had a worker, and began to run; 0 if it never did.
	Started Moment `json:"started,omitempty"`
	// Ended is when it ended; 0 if it has not.
	Ended Moment `json:"ended,omitempty"`
	// Released is when its groups were free for others; 0 means when it ended.
	Released Moment `json:"released,omitempty"`
	// Outcome is how it ended.
	Outcome Outcome `json:"outcome,omitempty"`
	// Why is what went wrong, as type in test.xml has it; empty if nothing went wrong.
	Why string `json:"why,omitempty"`
	// Worker is the number of the worker, from 0.
	Worker int `json:"worker,omitempty"`
	// Batch numbers what holds groups together and goes to a worker together, from 1; 0 if the
	// case never got as far.
	Batch int `json:"batch,omitempty"`
	// Held are the groups that it held.
	Held []Hold `json:"held,omitempty"`
}

// Hold is how an attempt got one group.
type Hold struct {
	// Group is an index of File.Groups.
	Group int `json:"group"`
	// Since is when it began to wait for this group; 0 if it did not have to wait.
	Since Moment `json:"since,omitempty"`
	// Acquired is when it had the group.
	Acquired Moment `json:"acquired,omitempty"`
	// Units are the numbers of the units, from 0. A shared holder has none.
	Units []int `json:"units,omitempty"`
	// After is one more than the index in File.Users of who held the group when the wait began; 0
	// if nobody is known.
	After int `json:"after,omitempty"`
}

// Outcome is how an attempt ended. The zero value is that of a case that passed, or that has not
// ended.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = ""
	Failed  Outcome = "fail"
	Errored Outcome = "error"
	Skipped Outcome = "skip"
)

// Time returns the time of a moment.
func (f File) Time(m Moment) time.Time {
	return f.Start.Add(time.Duration(float64(m) * float64(time.Millisecond)))
}

// Parse reads a file. A version other than Version is an error.
func Parse(text []byte) (File, error) {
	var f File
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&f); err != nil {
		return File{}, fmt.Errorf("timeline: %w", err)
	}
	if f.Version != Version {
		return File{}, fmt.Errorf("timeline: version %d, but this command reads version %d: "+
			"the runner and the command are of different releases of rules_interlock", f.Version, Version)
	}
	return f, nil
}

// Write writes the file as JSON, in one line.
func (f File) Write(w io.Writer) error {
	_, err := w.Write(append(marshal(f), '\n'))
	return err
}
