package histories

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/build/buildtest"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"github.com/interlock-build/rules_interlock/internal/lock/host"
)

func TestMain(m *testing.M) {
	etcdtest.Main()
	Main(ofBuild, ofHost, ofCluster, ofEarlyRelease)
	os.Exit(m.Run())
}

var ofBuild = Implementation{
	Name: "build",
	NewSpace: func(t *testing.T, groups []group.Group) string {
		base := buildtest.New(t, groups)
		base.Open()
		return base.Describe()
	},
	Open: func(space string) (lock.Locker, error) {
		base, err := buildtest.Parse(space)
		return base.Locker(buildtest.Configuration), err
	},
}

func TestBuild(t *testing.T) { Run(t, ofBuild) }

var ofHost = Implementation{
	Name: "host",
	NewSpace: func(t *testing.T, _ []group.Group) string {
		folder := filepath.Join(t.TempDir(), "host")
		if err := host.Init(folder); err != nil {
			t.Fatal(err)
		}
		return folder
	},
	Open: func(folder string) (lock.Locker, error) {
		return host.New(keyed(group.Host), func(name string) (string, bool) { return folder, name == host.Variable }), nil
	},
}

func TestHost(t *testing.T) { Run(t, ofHost) }

// ofCluster has a coordinator of its own, whose leases have the shortest possible time to live.
var ofCluster = Implementation{
	Name: "cluster",
	NewSpace: func(t *testing.T, _ []group.Group) string {
		config := etcdtest.New(t, etcdtest.Options{}).Coordinator()
		config.TTL = 2 * time.Second
		text, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	},
	Open: func(space string) (lock.Locker, error) {
		var config coordinator.Config
		err := json.Unmarshal([]byte(space), &config)
		return cluster.NewAt(keyed(group.Cluster), config), err
	},
	Fences: true,
	Loss:   2500 * time.Millisecond,
	Round:  16 * time.Second,
}

func TestCluster(t *testing.T) { Run(t, ofCluster) }

// keyed returns the groups in a scope that has keys.
func keyed(scope group.Scope) []group.Group {
	keyed := slices.Clone(groups)
	for i := range keyed {
		keyed[i].Scope, keyed[i].Key = scope, "history/"+keyed[i].Name
	}
	return keyed
}

// ofEarlyRelease is an implementation that does not hold what it grants.
var ofEarlyRelease = Implementation{
	Name:     "early release",
	NewSpace: ofBuild.NewSpace,
	Open: func(space string) (lock.Locker, error) {
		locker, err := ofBuild.Open(space)
		return earlyRelease{locker}, err
	},
}

type earlyRelease struct{ lock.Locker }

func (e earlyRelease) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	held, err := e.Locker.Acquire(ctx, needs)
	if err != nil {
		return nil, err
	}
	defer held.Release()
	return released{held, held.Grants()}, nil
}

// released is something that is no longer held, but claims to be.
type released struct {
	lock.Held
	grants map[string]group.Grant
}

func (r released) Grants() map[string]group.Grant { return r.grants }

func TestEarlyReleaseIsFound(t *testing.T) {
	t.Setenv("TEST_UNDECLARED_OUTPUTS_DIR", t.TempDir())
	r := &round{impl: ofEarlyRelease, seed: 1}
	if err := r.run(t); err == nil || !strings.Contains(err.Error(), "is not linearizable") {
		t.Errorf("error %v of %d operations, want that they are not linearizable", err, r.operations)
	}
}
