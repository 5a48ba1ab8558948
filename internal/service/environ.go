package service

import (
	"fmt"
	"maps"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// setupEnviron returns the environment of the setup, and of an instance that waits for nothing
// else: it has the variables whose fields are known.
func (i *Instance) setupEnviron() ([]string, error) {
	return i.environ(func(t group.Template) bool {
		return !slices.ContainsFunc(t.Fields(), func(field string) bool { _, ok := i.fields[field]; return !ok })
	})
}

// fullEnviron returns the environment of a case that holds the unit alone.
func (i *Instance) fullEnviron() ([]string, error) {
	return i.environ(func(group.Template) bool { return true })
}

// environ returns an environment with those variables of the group whose templates are wanted.
func (i *Instance) environ(wanted func(group.Template) bool) ([]string, error) {
	environ := slices.Clone(i.spec.Environ)
	for _, name := range slices.Sorted(maps.Keys(i.spec.Variables)) {
		text := i.spec.Variables[name]
		template, err := group.ParseTemplate(text)
		if err == nil && !wanted(template) {
			continue
		}
		var value string
		if err == nil {
			value, err = template.Expand(i.fields)
		}
		if err != nil {
			return nil, fmt.Errorf("env[%q] = %q: %w", name, text, err)
		}
		environ = append(environ, name+"="+value) // of two, the last counts (os/exec.Cmd)
	}
	return append(environ, "TEST_TMPDIR="+i.folder.path), nil
}

// asksFor reports whether a variable of the group has a field.
func (s Spec) asksFor(field string) bool {
	for _, text := range s.Variables {
		if t, err := group.ParseTemplate(text); err == nil && slices.Contains(t.Fields(), field) {
			return true
		}
	}
	return false
}
