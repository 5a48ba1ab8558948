package suites

import (
	"maps"
	"slices"
	"strings"
)

// searchPath is where Bazel lets tests look for programs (--incompatible_strict_action_env).
const searchPath = "/bin:/usr/bin:/usr/local/bin"

// environment is variables of a process, or templates of them.
type environment map[string]string

// with returns env with the variables of more added or replaced.
func (env environment) with(more environment) environment {
	all := environment{}
	maps.Copy(all, env)
	maps.Copy(all, more)
	return all
}

// without returns env without a variable.
func (env environment) without(name string) environment {
	all := maps.Clone(env)
	delete(all, name)
	return all
}

// replaced returns env with texts replaced in all values.
func (env environment) replaced(r *strings.Replacer) environment {
	all := environment{}
	for name, value := range env {
		all[name] = r.Replace(value)
	}
	return all
}

// list returns env as NAME=value, sorted.
func (env environment) list() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}
