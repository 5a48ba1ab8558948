#!/usr/bin/env bash
#
# Usage: versions_test.sh [VERSION...]
#
# Runs the tests of the adapter with several versions of pytest, each in a separate environment
# that pip fills. It needs Go, and Python with venv. Exits with 1 if a test fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly default=(7.0.1 7.4.4 8.0.2 8.4.2 9.0.0 9.2.0)

work=$(mktemp -d)
readonly work
trap 'rm -rf "$work"' EXIT

failed=0
for version in "${@:-${default[@]}}"; do
  python3 -m venv "$work/$version"
  "$work/$version/bin/pip" install --quiet --disable-pip-version-check "pytest==$version"
  if PYTHON=$work/$version/bin/python go test -count=1 ./runner/internal/framework/protocol; then
    echo "ok     pytest $version"
  else
    echo "FAILED pytest $version"
    failed=1
  fi
done
exit "$failed"
