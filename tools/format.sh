#!/usr/bin/env bash
#
# Usage: bazel run //tools:format
#
# Formats every file of the repository, and writes the generated ones.
set -euo pipefail

: "${BUILD_WORKSPACE_DIRECTORY:?Start this with: bazel run //tools:format}"
[[ $# -gt 4 ]] || {
  echo "format.sh: $# arguments, not four tools and the pages: //tools:format does not fit this script" >&2
  exit 2
}
export RUNFILES_DIR=${PWD%/*}
go=$PWD/$1 buildifier=$PWD/$2 gazelle=$PWD/$3 gofumpt=$PWD/$4
# GENERATED=FILE of each.
pages=("${@:5}")
pages=("${pages[@]/#/$PWD/}")

cd "$BUILD_WORKSPACE_DIRECTORY"
# Where the wrapper of Go's command runs it.
export BUILD_WORKING_DIRECTORY=$BUILD_WORKSPACE_DIRECTORY

"$go" mod tidy
"$gofumpt" -w .
"$gazelle" update -repo_root .
"$buildifier" -r -lint=fix .
for page in "${pages[@]}"; do
  install -m 644 "${page%=*}" "${page##*=}"
done
