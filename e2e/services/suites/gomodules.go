package suites

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// goModules are the modules whose suites are in the workspace. Gazelle writes their BUILD files.
type goModules []goSuite

func goModulesOf(suites []Suite) (modules goModules) {
	for _, s := range suites {
		if module, ok := s.(goSuite); ok {
			modules = append(modules, module)
		}
	}
	return modules
}

// generate writes what Gazelle needs, and has it write the BUILD files.
func (m goModules) generate(ctx context.Context, p Place) error {
	if len(m) == 0 {
		return nil
	}
	groups := map[string]string{}
	for _, s := range m {
		packages, err := s.needing(p)
		if err != nil {
			return err
		}
		for _, folder := range packages {
			groups[path.Join(s.name, folder)] = "//servers:" + s.server.Name
		}
		if err := p.write(map[string]string{s.name + "/BUILD.bazel": "# gazelle:prefix " + s.module + "\n"}); err != nil {
			return err
		}
	}
	err := p.write(map[string]string{
		"go.work":              m.workFile(),
		"servers/packages.bzl": fmt.Sprintf(packagesText, dictionary(groups), p.Workers),
	})
	if err != nil {
		return err
	}
	return p.bazel(ctx, nil, []string{"run", "//:gazelle"}, 0)
}

const packagesText = `"""Which packages need which servers, and how many tests of one run at once."""

GROUPS = %s

WORKERS = %d
`

// gazelleText is for the BUILD file at the top of the workspace.
const gazelleText = `load("@gazelle//:def.bzl", "gazelle")

# gazelle:exclude servers
# gazelle:exclude site
# gazelle:map_kind go_test go_test //servers:go_test.bzl
# gazelle:proto disable
gazelle(name = "gazelle")
`

func (m goModules) workFile() string {
	text := "go 1.25.0\n"
	for _, s := range m {
		text += "\nuse ./" + s.name + "\n"
	}
	return text
}

// moduleText returns what the modules need of MODULE.bazel.
func (m goModules) moduleText(ctx context.Context, p Place) (string, error) {
	if len(m) == 0 {
		return "", nil
	}
	repositories := map[string]bool{}
	for _, s := range m {
		direct, err := goCommand(ctx, p.path(s.name), "list", "-m", "-f", "{{if not (or .Indirect .Main)}}{{.Path}}{{end}}", "all")
		if err != nil {
			return "", err
		}
		for _, module := range strings.Fields(string(direct)) {
			repositories[repositoryOf(module)] = true
		}
	}
	text := goModuleText
	for _, repository := range slices.Sorted(maps.Keys(repositories)) {
		text += fmt.Sprintf("    %q,\n", repository)
	}
	return text + ")\n", nil
}

const goModuleText = `
bazel_dep(name = "gazelle", version = "0.47.0")
bazel_dep(name = "rules_go", version = "0.60.0")

go_deps = use_extension("@gazelle//:extensions.bzl", "go_deps")
go_deps.from_file(go_work = "//:go.work")
use_repo(
    go_deps,
`

// repositoryOf returns the name that Gazelle gives to the repository of a module: its domain
// backwards, and all parts joined.
func repositoryOf(module string) string {
	domain, rest, _ := strings.Cut(strings.ToLower(module), "/")
	parts := strings.Split(domain, ".")
	slices.Reverse(parts)
	parts = append(parts, strings.Split(rest, "/")...)
	return strings.NewReplacer("-", "_", ".", "_").Replace(strings.Join(parts, "_"))
}
