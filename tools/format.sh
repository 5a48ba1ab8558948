#!/usr/bin/env bash
#
# Usage: bazel run //tools:format
#
# Formats every file of the repository, and writes those that are generated.
set -euo pipefail

: "${BUILD_WORKSPACE_DIRECTORY:?Start this with: bazel run //tools:format}"
[[ $# == 7 ]] || {
  echo "format.sh: $# tools, not 7: //tools:format does not fit this script" >&2
  exit 2
}
export RUNFILES_DIR=${PWD%/*}
go=$PWD/$1 buildifier=$PWD/$2 gazelle=$PWD/$3 gofumpt=$PWD/$4
rules_markdown=$PWD/$5 rules_go_markdown=$PWD/$6 rules_python_markdown=$PWD/$7

cd "$BUILD_WORKSPACE_DIRECTORY"
# Where the wrapper of Go's command runs it.
export BUILD_WORKING_DIRECTORY=$BUILD_WORKSPACE_DIRECTORY

"$go" mod tidy
"$gofumpt" -w .
"$gazelle" update -repo_root .
"$buildifier" -r -lint=fix .
install -m 644 "$rules_markdown" docs/reference/rules.md
install -m 644 "$rules_go_markdown" docs/reference/rules_go.md
install -m 644 "$rules_python_markdown" docs/reference/rules_python.md
