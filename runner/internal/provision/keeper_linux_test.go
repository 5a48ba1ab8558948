package provision_test

import (
	"errors"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/lock/shm"
	"github.com/interlock-build/rules_interlock/runner/internal/provision"
)

// Where no keeper is up, nobody looks at what an instance is made of: of some languages that is
// thousands of files.
func TestWithoutAKeeperNothingIsPrepared(t *testing.T) {
	t.Cleanup(shm.InFolder(t.TempDir()))
	w := newWorld(t, db("db", 1))
	g := w.group("a", server, db("db", 1))
	g.Keep = func(int) (keeper.Use, func() []keeper.File, error) {
		t.Error("somebody asks")
		return keeper.Use{}, nil, errors.New("no")
	}
	r := w.with("a", []provision.Group{g})
	r.acquire(need("db", 1)).Release()
	r.Close()
	w.wantLog("a up db0", "a down db0")
}
