package build_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/build"
	"github.com/interlock-build/rules_interlock/internal/lock/build/buildtest"
	"github.com/interlock-build/rules_interlock/internal/lock/locktest"
)

func TestMain(m *testing.M) {
	locktest.Main(func(space string) (lock.Locker, error) {
		base, err := buildtest.Parse(space)
		return base.Locker(buildtest.Configuration), err
	})
	os.Exit(m.Run())
}

func TestConformance(t *testing.T) {
	locktest.Run(t, locktest.Implementation{
		NewSpace: func(t *testing.T, groups []group.Group) func() lock.Locker {
			return buildtest.New(t, groups).Open
		},
		MaxBypass: build.MaxBypass,
		NewProcessSpace: func(t *testing.T, groups []group.Group) (func() lock.Locker, func([]group.Need) *locktest.Process) {
			base := buildtest.New(t, groups)
			base.Open()
			return base.Open, func(needs []group.Need) *locktest.Process {
				return locktest.Start(t, base.Describe(), needs)
			}
		},
	})
}

// The suite again, where each participant has its own configuration, so that no two of them share
// their own copy of a file.
func TestConformanceAcrossConfigurations(t *testing.T) {
	locktest.Run(t, locktest.Implementation{
		NewSpace: func(t *testing.T, groups []group.Group) func() lock.Locker {
			base, n := buildtest.New(t, groups), 0
			return func() lock.Locker {
				n++
				return base.OpenIn(fmt.Sprintf("config-%d", n%5))
			}
		},
		MaxBypass: build.MaxBypass,
	})
}
