// Package variables makes environment variables for the groups that a case holds.
package variables

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/manifest"
)

// Group makes the variables for what is held of one group.
type Group struct {
	// part is the part of variable names that stands for the group: its name or, if two groups
	// have the same name, its label.
	part  string
	group manifest.Group
}

// ByLabel returns a Group for each group that may be held together with the others, by label.
func ByLabel(groups []manifest.Group) map[string]Group {
	count := map[string]int{}
	for _, g := range groups {
		count[partOf(g.Name)]++
	}
	byLabel := map[string]Group{}
	for _, g := range groups {
		part := partOf(g.Name)
		if count[part] > 1 {
			part = partOf(g.Label)
		}
		byLabel[g.Label] = Group{part: part, group: g}
	}
	return byLabel
}

// Of returns the variables for a grant. If there are several units, the values for each are
// separated by commas:
//
//   - INTERLOCK_SLOT_GROUP, the number of its unit, from 0, and the variables of
//     the group itself, if the group is not shared;
//   - INTERLOCK_GROUP_INSTANCE, the name of its instance, if there are some;
//   - INTERLOCK_GROUP_FENCE, its fencing token, in scope cluster.
//
// GROUP is the group's name, or its label if another group has that name. It is
// an error if a template of the group has a field that the grant does not give.
func (g Group) Of(grant group.Grant) (map[string]string, error) {
	set := map[string]string{}
	if grant.Fence != 0 {
		set["INTERLOCK_"+g.part+"_FENCE"] = strconv.FormatInt(grant.Fence, 10)
	}
	if len(grant.Slots) == 0 {
		return set, nil
	}
	for name, text := range g.Templates() {
		value, err := g.expand(text, grant)
		if err != nil {
			return nil, fmt.Errorf("env[%q] = %q: %w", name, text, err)
		}
		set[name] = value
	}
	return set, nil
}

// Templates returns the variables of a unit, as templates by name.
func (g Group) Templates() map[string]string {
	templates := map[string]string{"INTERLOCK_SLOT_" + g.part: "{" + group.FieldIndex + "}"}
	if len(g.group.Instances) > 0 {
		templates["INTERLOCK_"+g.part+"_INSTANCE"] = "{" + group.FieldInstance + "}"
	}
	maps.Copy(templates, g.group.Env)
	return templates
}

// Fields returns the values of the fields that are known of a unit from the group alone.
func (g Group) Fields(slot int) map[string]string {
	fields := map[string]string{group.FieldIndex: strconv.Itoa(slot)}
	if slot < len(g.group.Instances) {
		fields[group.FieldInstance] = g.group.Instances[slot]
	}
	return fields
}

func (g Group) expand(text string, grant group.Grant) (string, error) {
	template, err := group.ParseTemplate(text)
	if err != nil {
		return "", err
	}
	values := make([]string, len(grant.Slots))
	for i, slot := range grant.Slots {
		if values[i], err = template.Expand(g.fields(grant, i, slot)); err != nil {
			return "", err
		}
	}
	return strings.Join(values, ","), nil
}

// fields returns the fields for the unit with the number slot, which is the i-th of grant.
func (g Group) fields(grant group.Grant, i, slot int) map[string]string {
	fields := g.Fields(slot)
	if grant.Values != nil {
		maps.Copy(fields, grant.Values[i])
	}
	return fields
}

// partOf turns a text into a valid part of a variable's name.
func partOf(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, strings.TrimLeft(text, "@/"))
}
