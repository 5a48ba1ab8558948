package manifest_test

import (
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/manifest"
)

const validGroup = `{"label": "@@//r:pg", "name": "pg", "scope": "host", "key": "acme/pg", "capacity": 2, "rate": "",
"instances": ["pg0", "pg1"], "env": {"PGPORT": "54{index}"}, "setup": {"program": "_main/r/start", "timeout_seconds": 60,
"files": "_main/r/pg.setup_files", "idle_timeout_seconds": 600, "health": "_main/r/health", "reset": "_main/r/reset"},
"cases": [{"glob": "*", "weight": 2, "mode": "exclusive"}], "markers": ["pg"]}`

func parseGroup(text string) error {
	_, err := manifest.Parse([]byte(`{"version": 9, "label": "@@//pkg:a", "framework": "exec", "program": "_main/pkg/b",
"workers": "1", "cpus": 1, "serial": [], "keep_together": "case", "shards": 1, "running_budget_seconds": 0, "groups": [` + text + `]}`))
	return err
}

func TestMalformedGroupIsRefused(t *testing.T) {
	if err := parseGroup(validGroup); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{`"host"`, `"galaxy"`, `group @@//r:pg: unknown scope "galaxy": this runner knows ["process" "build" "host" "cluster"]`},
		{`"acme/pg"`, `""`, "group @@//r:pg: a key goes with the scopes host and cluster, and only with them"},
		{`"host"`, `"process"`, "a key goes with the scopes host and cluster, and only with them"},
		{`"host", "key": "acme/pg"`, `"build"`, "lock files go with scope build, and only with it"},
		{`"markers"`, `"lock": {"runfile": "_main/r/pg", "output": "r/pg"}, "markers"`, "lock files go with scope build, and only with it"},
		{`"capacity": 2`, `"capacity": 3`, "2 instances, but capacity 3"},
		{`"pg0"`, `""`, "an instance without a name"},
		{`"pg1"`, `"pg0"`, `the instance "pg0" twice`},
		{`"rate": ""`, `"rate": "60"`, `rate "60": there is no '/' in it`},
		{`"rate": ""`, `"rate": 60`, "rate"},
		{`"rate": ""`, `"rate": "60/m"`, "a setup and a rate do not go together: give the rate to a group of its own"},
		{`"PGPORT"`, `""`, "env: a variable without a name"},
		{`54{index}`, `54{index`, `env["PGPORT"]: template "54{index": a single '{'`},
		{`"program": "_main/r/start"`, `"program": ""`, "a setup without a program"},
		{`"timeout_seconds": 60`, `"timeout_seconds": 0`, "setup: timeout_seconds is 0: want at least 1"},
		{`"files": "_main/r/pg.setup_files", `, ``, "a setup without a list of its files"},
		{`"idle_timeout_seconds": 600`, `"idle_timeout_seconds": -1`, "setup: idle_timeout_seconds is -1: want 0 or more"},
		{`"health": "_main/r/health"`, `"health": ["_main/r/health"]`, "health"},
		{`"reset": "_main/r/reset"`, `"resets": "_main/r/reset"`, "resets"},
		{`"program": "_main/r/start"`, `"programme": "_main/r/start"`, "programme"},
		{`"weight": 2`, `"weight": 3`, "weight 3 is above the capacity 2"},
		{`["pg"]`, `[""]`, "a marker without a name"},
	} {
		text := strings.Replace(validGroup, c.old, c.new, 1)
		if text == validGroup {
			t.Fatalf("%s is not in the valid group", c.old)
		}
		if err := parseGroup(text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with %s: error %v, want %q in it", c.new, err, c.want)
		}
	}
}
