package manifest_test

import (
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/manifest"
)

const goldenFolder = "../../rules/tests/golden/"

func goldens(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(goldenFolder + "*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens found: %v", err)
	}
	return paths
}

// What the rule writes, this package reads: neither side can change alone.
func TestGoldensOfTheRule(t *testing.T) {
	for _, golden := range goldens(t) {
		if _, err := manifest.Read(golden); err != nil {
			t.Error(err)
		}
	}
}

func TestGroupsInGoldens(t *testing.T) {
	const folder = "rules/tests/golden"
	lock := func(name string) *manifest.Lock {
		return &manifest.Lock{Runfile: "_main/" + folder + "/" + name, Output: folder + "/" + name}
	}
	for golden, want := range map[string]manifest.Group{
		"instances": {
			Name: "postgres", Scope: "build",
			Definition: group.Definition{Capacity: 2, Instances: []string{"pg0", "pg1"}},
			Env:        map[string]string{"PGDATABASE": "{instance}", "PGPORT": "54{index}"},
			Cases:      []manifest.Use{{Glob: "TestDB*", Weight: 1}},
			Lock:       lock("postgres"),
		},
		"rate": {
			Name: "api", Scope: "build",
			Definition: group.Definition{Capacity: 1, Rate: group.Rate{Starts: 60, Window: time.Minute}},
			Cases:      []manifest.Use{{Glob: "*", Weight: 1}},
			Lock:       lock("api"),
		},
		"host_group": {
			Name: "gpu", Scope: "host", Key: "acme/gpu",
			Definition: group.Definition{Capacity: 2},
			Cases:      []manifest.Use{{Glob: "TestTrain*", Weight: 2}},
		},
		"cluster_group": {
			Name: "llm", Scope: "cluster", Key: "acme/llm",
			Definition: group.Definition{Capacity: 4, Rate: group.Rate{Starts: 20, Window: 30 * time.Second}},
			Cases:      []manifest.Use{{Glob: "*", Weight: 1, Mode: group.Shared}},
		},
		"setup": {
			Name: "server", Scope: "build",
			Definition: group.Definition{Capacity: 1},
			Env:        map[string]string{"SERVER": "localhost:{port}"},
			Setup: &manifest.Setup{
				Program: "_main/" + folder + "/program", TimeoutSeconds: 5,
				Files: "_main/" + folder + "/server.setup_files", IdleTimeoutSeconds: 600,
			},
			Cases: []manifest.Use{{Glob: "TestServer*", Weight: 1}},
			Lock:  lock("server"),
		},
		"service": {
			Name: "shop", Scope: "build",
			Definition: group.Definition{Capacity: 1},
			Env:        map[string]string{"SHOP": "localhost:{port}"},
			Setup: &manifest.Setup{
				Program: "_main/" + folder + "/program", TimeoutSeconds: 60,
				Files:  "_main/" + folder + "/shop.setup_files",
				Health: "_main/" + folder + "/health", Reset: "_main/" + folder + "/reset",
			},
			Cases: []manifest.Use{{Glob: "TestShop*", Weight: 1}},
			Lock:  lock("shop"),
		},
	} {
		want.Label = "@@//" + folder + ":" + want.Name
		m, err := manifest.Read(goldenFolder + golden + ".json")
		if err != nil {
			t.Error(err)
		} else if !reflect.DeepEqual(m.Groups, []manifest.Group{want}) {
			t.Errorf("%s: got %+v, want %+v", golden, m.Groups, want)
		}
	}
}
