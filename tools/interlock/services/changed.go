package services

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/keeper"
)

// whatChanged says why an instance that was made for one test is not what another one wants.
func whatChanged(before, after *keeper.Use) string {
	a, b := before.Spec, after.Spec
	if names := differences(variablesOf(a.Environ), variablesOf(b.Environ)); len(names) > 0 {
		return fmt.Sprintf("%s has another environment than %s: %s", after.Borrower, before.Borrower, strings.Join(names, ", "))
	}
	if names := differences(a.Variables, b.Variables); len(names) > 0 {
		return "the env of its group has changed: " + strings.Join(names, ", ")
	}
	a.Environ, a.Variables, b.Environ, b.Variables = nil, nil, nil, nil
	if !reflect.DeepEqual(a, b) {
		return "its group has changed"
	}
	return "a file of its setup has changed"
}

func variablesOf(environ []string) map[string]string {
	variables := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		variables[name] = value
	}
	return variables
}

// differences returns the names that do not have the same value in both.
func differences(a, b map[string]string) (names []string) {
	all := maps.Clone(a)
	maps.Copy(all, b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		before, had := a[name]
		after, has := b[name]
		if before != after || had != has {
			names = append(names, name)
		}
	}
	return names
}
