#!/usr/bin/env bash
#
# Usage: bazel run //tools:lint
#
# Checks every Go and Starlark file, and exits with 1 if there is a problem.
set -euo pipefail

: "${BUILD_WORKSPACE_DIRECTORY:?Start this with: bazel run //tools:lint}"
[[ $# == 3 ]] || {
  echo "lint.sh: $# tools, not 3: //tools:lint does not fit this script" >&2
  exit 2
}
export RUNFILES_DIR=${PWD%/*}
go=$PWD/$1 buildifier=$PWD/$2 staticcheck=$PWD/$3
export BUILD_WORKING_DIRECTORY=$BUILD_WORKSPACE_DIRECTORY

# staticcheck asks the go on PATH for the packages; the wrapper has that name.
PATH=${go%/*}:$PATH

cd "$BUILD_WORKSPACE_DIRECTORY"
failed=0
"$buildifier" -r -mode=check -lint=warn . || failed=1
for os in linux darwin windows; do
  GOOS=$os "$go" vet ./... || failed=1
  GOOS=$os "$staticcheck" ./... || failed=1
done
"$go" test ./tools/house || failed=1 # which folder may import which
exit "$failed"
