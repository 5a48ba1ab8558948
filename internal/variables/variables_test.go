package variables_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/variables"
)

func postgres() manifest.Group {
	return manifest.Group{
		Label: "//r:my-pg", Name: "my-pg",
		Definition: group.Definition{Capacity: 2, Instances: []string{"pg0", "pg1"}},
		Env:        map[string]string{"PGPORT": "54{index}", "PGHOST": "{host}"},
	}
}

func TestVariablesOfAGrant(t *testing.T) {
	values := []map[string]string{{"host": "b"}, {"host": "a"}}
	for _, c := range []struct {
		grant group.Grant
		want  map[string]string
	}{
		{group.Grant{Slots: []int{1}, Values: values}, map[string]string{
			"INTERLOCK_SLOT_MY_PG": "1", "INTERLOCK_MY_PG_INSTANCE": "pg1", "PGPORT": "541", "PGHOST": "b",
		}},
		{group.Grant{Slots: []int{0, 1}, Values: values, Fence: 7}, map[string]string{
			"INTERLOCK_SLOT_MY_PG": "0,1", "INTERLOCK_MY_PG_INSTANCE": "pg0,pg1", "PGPORT": "540,541", "PGHOST": "b,a",
			"INTERLOCK_MY_PG_FENCE": "7",
		}},
		{group.Grant{Fence: 8}, map[string]string{"INTERLOCK_MY_PG_FENCE": "8"}},
		{group.Grant{}, map[string]string{}},
	} {
		got, err := variables.ByLabel([]manifest.Group{postgres()})["//r:my-pg"].Of(c.grant)
		if err != nil || !maps.Equal(got, c.want) {
			t.Errorf("%+v: got %v, %v, want %v", c.grant, got, err, c.want)
		}
	}
}

// The name of a group is enough, unless another group of the test has it too.
func TestLabelsStandForNamesThatTwoGroupsHave(t *testing.T) {
	byLabel := variables.ByLabel([]manifest.Group{
		{Label: "@@//a:db", Name: "db"}, {Label: "@@//b:db", Name: "db"}, {Label: "@@//b:port", Name: "port"},
	})
	for label, want := range map[string]string{
		"@@//a:db": "INTERLOCK_SLOT_A_DB", "@@//b:db": "INTERLOCK_SLOT_B_DB", "@@//b:port": "INTERLOCK_SLOT_PORT",
	} {
		got, err := byLabel[label].Of(group.Grant{Slots: []int{0}})
		if err != nil || got[want] != "0" || len(got) != 1 {
			t.Errorf("%s: got %v, %v, want %s", label, got, err, want)
		}
	}
}

func TestErrorsNameTheVariable(t *testing.T) {
	for template, want := range map[string]string{
		"{host}": `env["PGHOST"] = "{host}": there is no {host}`,
		"{host":  `env["PGHOST"] = "{host": template "{host": a single '{'`,
	} {
		g := postgres()
		g.Env["PGHOST"] = template
		_, err := variables.ByLabel([]manifest.Group{g})[g.Label].Of(group.Grant{Slots: []int{0}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q in it", template, err, want)
		}
	}
}
