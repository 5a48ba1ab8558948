package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/build"
)

// patience is how long a check may wait for a group that only doctors hold.
const patience = 30 * time.Second

// lockFiles holds a group of scope build.
func (p Place) lockFiles() Finding {
	const check = "lock files"
	_, _, err := hold(build.New([]build.Group{p.InBuild}, p.Resolve), p.InBuild.Label)
	switch {
	case err == nil:
		return Finding{OK, check, "all tests of this build share them, so groups of scopes build and host hold here", ""}
	case isCopy(err):
		return Finding{
			Note, check, "they are copies here, so groups of scopes build and host cannot hold",
			"leave local among the strategies, as in --strategy=TestRunner=remote,local: tests with such groups then run on " +
				"Bazel's machine. Or give the group scope = \"cluster\"",
		}
	}
	return Finding{Fail, check, err.Error(), "tests with groups of scope build fail with this message"}
}

// coordinator holds a group of scope cluster.
func (p Place) coordinator() Finding {
	const check = "coordinator"
	config, err := coordinator.Find(p.Lookup)
	if errors.Is(err, coordinator.ErrNone) {
		return Finding{
			Note, check, "this machine names none, so groups of scope cluster fail here",
			"put " + coordinator.File + " into the image of the worker, as in " +
				`{"endpoints": ["https://etcd.example:2379"]}, or pass --test_env=` + coordinator.Variable,
		}
	}
	if err != nil {
		return Finding{Fail, check, err.Error(), "mend the file or the variable that it names"}
	}
	g := group.Group{Label: p.InBuild.Label, Scope: group.Cluster, Key: "interlock/doctor", Definition: group.Definition{Capacity: 1}}
	took, fence, err := hold(p.Cluster([]group.Group{g}, p.Lookup), g.Label)
	if err != nil {
		return Finding{
			Fail, check, fmt.Sprintf("%s: %v", strings.Join(config.Endpoints, ", "), err),
			"let this machine reach these endpoints, and check ca_file, the user, and what the user may write below " + config.Namespace,
		}
	}
	return Finding{OK, check, fmt.Sprintf("%s answers: a group was taken and given back in %v, with the fencing token %d",
		strings.Join(config.Endpoints, ", "), took.Round(time.Millisecond), fence), ""}
}

// hold acquires a group and gives it back.
func hold(locker lock.Locker, label string) (took time.Duration, fence int64, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	begun := time.Now()
	held, err := locker.Acquire(ctx, []group.Need{{Group: label, Weight: 1}})
	if err != nil {
		return 0, 0, err
	}
	fence, err = held.Grants()[label].Fence, held.Confirm()
	held.Release()
	return time.Since(begun), fence, err
}
