#!/usr/bin/env bash
#
# Usage: modules.sh STATE
#
# Runs inside the root file system. Fills STATE/modules with the Bazel modules that Debian does not
# package, and STATE/registry with an index of these and of Debian's that are not overridden by
# /etc/bazel/bazelrc: a registry in the sense of https://bazel.build/external/registry.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
readonly here
readonly rules_go=0.60.0
readonly gazelle=0.47.0

main() {
  state=$1
  mkdir -p "$state/modules" "$state/registry"
  echo '{}' >"$state/registry/bazel_registry.json"

  add_rules_go
  add_gazelle
  add_to_registry rules_shell /usr/share/bazel/rules/shell 0.2.0 0.3.0 0.4.0
  add_stub package_metadata 0.0.5
  add_stub buildozer 7.1.2
  add_stub zlib 1.3.1.bcr.3
  add_stub apple_support 1.23.1
  add_stub protobuf 3.19.2 3.19.6 21.7 29.0
}

# rules_go's default SDK is a download. Here it is the one that the root file system has, which a
# module other than the root module may not ask for: rules_go is let off that rule.
add_rules_go() {
  local folder=$state/modules/rules_go
  copy_go_module "github.com/bazelbuild/rules_go@v$rules_go" "$folder"
  substitute "$folder/MODULE.bazel" \
    '/^go_sdk\.from_file(/,/^)/c go_sdk.host(name = "go_default_sdk")' 'go_sdk.host('
  substitute "$folder/go/private/extensions.bzl" \
    '/module\.tags\.host/,/fail(/s/if not module.is_root:/if not module.is_root and module.name != "rules_go":/' \
    'if not module.is_root and module.name != "rules_go":'
  add_to_registry rules_go "$folder" 0.50.1 0.53.0 0.59.0 $rules_go
}

# Gazelle's repository rules compile Gazelle from its vendored sources.
add_gazelle() {
  local folder=$state/modules/gazelle
  copy_go_module "github.com/bazelbuild/bazel-gazelle@v$gazelle" "$folder"
  (cd "$folder" && GOWORK=off GOFLAGS=-mod=mod go mod vendor -e)
  add_to_registry gazelle "$folder" 0.36.0 $gazelle
}

# Module zips carry no run bits, and the module cache is read-only.
copy_go_module() {
  local module=$1 folder=$2 origin
  (cd / && go mod download "$module")
  origin=$(go env GOMODCACHE)/$module
  cp -R "$origin" "$folder"
  chmod -R u+w "$folder"
  find "$folder" -name '*.sh' -exec chmod +x {} +
}

# substitute FILE SCRIPT WANTED: edits FILE with sed, and fails if WANTED is not in it then.
substitute() {
  sed -i "$2" "$1"
  grep -qF "$3" "$1" || {
    echo "modules.sh: $1 is not as expected: no '$3' after the edit" >&2
    return 1
  }
}

# A module of which no more is loaded than what stubs/ has of it, if anything.
add_stub() {
  local module=$1
  shift
  local folder=$state/modules/$module
  mkdir "$folder"
  if [[ -d $here/stubs/$module ]]; then cp -R "$here/stubs/$module/." "$folder"; fi
  touch "$folder/BUILD.bazel"
  printf 'module(name = "%s")\n' "$module" >"$folder/MODULE.bazel"
  add_to_registry "$module" "$folder" "$@"
}

# One entry for each version that something asks for; all are the same folder.
add_to_registry() {
  local module=$1 folder=$2 version entry
  shift 2
  for version; do
    entry=$state/registry/modules/$module/$version
    mkdir -p "$entry"
    with_version "$version" "$folder/MODULE.bazel" >"$entry/MODULE.bazel"
    printf '{"type": "local_path", "path": "%s"}\n' "$folder" >"$entry/source.json"
  done
}

# Prints a MODULE.bazel with its module's version replaced.
with_version() {
  awk -v version="$1" '
    sub(/^module\(/, "module(version = \"" version "\", ") { in_module = 1 }
    in_module && /^ +version *=/ { next }
    /\)/ { in_module = 0 }
    { print }
  ' "$2"
}

main "$@"
