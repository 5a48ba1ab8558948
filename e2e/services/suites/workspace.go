package suites

import (
	"context"
	"embed"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

//go:embed servers
var programs embed.FS

// writeWorkspace writes what all suites share. It leaves their folders alone.
func (p Place) writeWorkspace(ctx context.Context, modules goModules) error {
	more, err := modules.moduleText(ctx, p)
	if err != nil {
		return err
	}
	build := ""
	if len(modules) > 0 {
		build = gazelleText
	}
	return p.write(map[string]string{
		"MODULE.bazel": fmt.Sprintf(moduleText, p.Repository) + more,
		".bazelrc":     bazelrcText,
		"BUILD.bazel":  build,
	}, p.writeServers)
}

const moduleText = `module(name = "services")

bazel_dep(name = "rules_interlock")
local_path_override(
    module_name = "rules_interlock",
    path = %q,
)

bazel_dep(name = "rules_python", version = "0.40.0")
bazel_dep(name = "rules_shell", version = "0.4.0")
`

const bazelrcText = `common --incompatible_strict_action_env
common --lockfile_mode=off
test --test_output=summary
`

// write writes files of the workspace, by path.
func (p Place) write(files map[string]string, more ...func() error) error {
	for name, text := range files {
		path := filepath.Join(p.workspace(), filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, next := range more {
		if err := next(); err != nil {
			return err
		}
	}
	return nil
}

// writeServers writes the package of the groups and of what tests need to use them.
func (p Place) writeServers() error {
	entries, err := programs.ReadDir("servers")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		text, err := programs.ReadFile("servers/" + entry.Name())
		if err != nil {
			return err
		}
		if err := p.write(map[string]string{"servers/" + entry.Name(): string(text)}); err != nil {
			return err
		}
		if err := os.Chmod(filepath.Join(p.workspace(), "servers", entry.Name()), 0o755); err != nil {
			return err
		}
	}
	build := serversHead
	for _, s := range servers {
		build += p.group(s)
	}
	return p.write(map[string]string{
		"servers/BUILD.bazel": build,
		// For plain pytest.
		"servers/" + outcomes.Plugin + ".py": outcomes.PluginText,
	})
}

const serversHead = `load("@rules_interlock//rules:defs.bzl", "resource_group")
load("@rules_python//python:defs.bzl", "py_library")
load("@rules_shell//shell:sh_binary.bzl", "sh_binary")

package(default_visibility = ["//visibility:public"])

py_library(
    name = "witness",
    srcs = ["services_witness.py"],
    imports = ["."],
)
`

// group returns the targets of a kind of server.
func (p Place) group(s Server) string {
	text := fmt.Sprintf(groupText, s.Name, Capacity, dictionary(s.variables(p.log())))
	for _, does := range []string{"start", "reset", "health"} {
		text += fmt.Sprintf(programText, does, s.Name)
	}
	return text
}

const groupText = `
resource_group(
    name = %[1]q,
    capacity = %[2]d,
    env = %[3]s,
    health = ":health_%[1]s",
    reset = ":reset_%[1]s",
    setup = ":start_%[1]s",
    # A machine may have much else to do.
    setup_timeout = 300,
)
`

const programText = `
sh_binary(
    name = "%[1]s_%[2]s",
    srcs = ["%[1]s_%[2]s.sh"],
    data = glob(["sql/*.sql"], allow_empty = True),
)
`

// dictionary returns Starlark for a dictionary of strings.
func dictionary(env environment) string {
	var text strings.Builder
	text.WriteString("{\n")
	for _, name := range slices.Sorted(maps.Keys(env)) {
		fmt.Fprintf(&text, "        %q: %q,\n", name, env[name])
	}
	text.WriteString("    }")
	return text.String()
}
