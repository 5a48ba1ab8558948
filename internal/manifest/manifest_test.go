package manifest_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/manifest"
)

const valid = `{"version": 9, "label": "@@//pkg:a", "framework": "exec", "program": "_main/pkg/b", "workers": "2",
"cpus": 4, "serial": ["TestBig*"], "keep_together": "class", "shards": 3, "timings": "_main/pkg/t.json", "options": {"retries": "2"},
"running_budget_seconds": 300, "groups": [{"label": "@@//r:db", "name": "db", "scope": "build",
"capacity": 2, "cases": [{"glob": "*", "weight": 2, "mode": "exclusive"},
{"glob": "TestRead*", "weight": 1, "mode": "shared"}], "lock": {"runfile": "_main/r/db", "output": "r/db"}}]}`

func TestValid(t *testing.T) {
	m, err := manifest.Parse([]byte(valid))
	if err != nil || m.Workers != 2 || m.CPUs != 4 || m.Groups[0].Lock.Output != "r/db" {
		t.Errorf("got %+v, %v", m, err)
	}
	if !slices.Equal(m.Serial, []string{"TestBig*"}) || m.KeepTogether != manifest.Class || m.Shards != 3 ||
		m.Timings != "_main/pkg/t.json" || !maps.Equal(m.Options, map[string]string{"retries": "2"}) {
		t.Errorf("got %+v", m)
	}
	want := []manifest.Use{{Glob: "*", Weight: 2}, {Glob: "TestRead*", Weight: 1, Mode: group.Shared}}
	if !slices.Equal(m.Groups[0].Cases, want) {
		t.Errorf("got %+v, want %+v", m.Groups[0].Cases, want)
	}
	m, err = manifest.Parse([]byte(strings.Replace(valid, `"2"`, `"auto"`, 1)))
	if err != nil || m.Workers != manifest.Auto {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestWithoutTimings(t *testing.T) {
	m, err := manifest.Parse([]byte(strings.Replace(valid, `"timings": "_main/pkg/t.json",`, "", 1)))
	if err != nil || m.Timings != "" {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestAllSerial(t *testing.T) {
	for serial, want := range map[string]bool{`[]`: false, `["TestBig*"]`: false, `["*"]`: true, `["TestBig*", "*"]`: true} {
		m, err := manifest.Parse([]byte(strings.Replace(valid, `["TestBig*"]`, serial, 1)))
		if err != nil || m.AllSerial() != want {
			t.Errorf("%s: got %v, %v", serial, m, err)
		}
	}
}

func TestMalformedIsRefused(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`"version": 9`, `"version": 3`, "version 3"},
		{`"framework": "exec"`, `"framewrok": "exec"`, "framewrok"},
		{`"framework": "exec"`, `"framework": ""`, "no framework"},
		{`"@@//pkg:a"`, `""`, "no label"},
		{`"_main/pkg/b"`, `""`, "no program"},
		{`"2"`, `2`, "workers"},
		{`"2"`, `"-2"`, `want a whole number`},
		{`"cpus": 4, `, ``, "cpus is 0"},
		{`"cpus": 4`, `"cpus": "4"`, "cpus"},
		{`"serial": ["TestBig*"], `, ``, "no serial"},
		{`["TestBig*"]`, `true`, "serial"},
		{`"TestBig*"`, `""`, "serial: an empty glob"},
		{`"class"`, `"folder"`, `unknown keep_together "folder": this runner knows "case", "class" and "file"`},
		{`"keep_together": "class", `, ``, `unknown keep_together ""`},
		{`"shards": 3`, `"shards": 0`, "shards is 0"},
		{`{"retries": "2"}`, `["retries"]`, "options"},
		{`300`, `-1`, "running_budget_seconds"},
		{`"capacity": 2`, `"capacity": 0`, "capacity 0"},
		{`"build"`, `"galaxy"`, "galaxy"},
		{`"build"`, `"process"`, "lock files"},
		{`"*"`, `""`, "//r:db: a use without a glob"},
		{`"weight": 2`, `"weight": 0`, "//r:db: weight 0"},
		{`"weight": 2`, `"weight": 3`, "weight 3 is above the capacity 2"},
		{`"weight": 1`, `"weight": 2`, "shared use has no weight but 1"},
		{`"shared"`, `"common"`, `unknown mode "common": this runner knows "exclusive" and "shared"`},
		{`"groups": [`, `"groups": [{"label": "@@//r:z", "name": "z", "scope": "process", "capacity": 1, "cases": []}, `, "not sorted"},
		{`"groups": [`, `"groups": [{"label": "@@//r:a", "name": "a", "scope": "process", "capacity": 1, "cases": []}, `, "//r:a: no cases"},
		{`}]}`, `}]} {}`, ""},
		{`{"version"`, `"version"`, ""},
	} {
		text := strings.Replace(valid, c.old, c.new, 1)
		if text == valid {
			t.Fatalf("%s is not in the valid manifest", c.old)
		}
		if _, err := manifest.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with %s: error %v, want %q in it", c.new, err, c.want)
		}
	}
}

func TestMissingFile(t *testing.T) {
	if _, err := manifest.Read(filepath.Join(t.TempDir(), "x")); !os.IsNotExist(err) && err == nil {
		t.Error("no error")
	}
}
