#!/usr/bin/env bash
#
# Usage: start.sh
#
# Starts a server, as far as these tests need one: a file below TEST_TMPDIR.
set -euo pipefail

cp "$TEST_SRCDIR/$TEST_WORKSPACE/rules/tests/held/greeting.txt" "$TEST_TMPDIR/greeting"
printf '{"resources": [{"file": "%s"}]}' "$TEST_TMPDIR/greeting"
