#!/usr/bin/env bash
#
# Stands for a test that hangs at first, and then passes at a port of its own.
set -euo pipefail

if [[ $INTERLOCK_ATTEMPT == 1 ]]; then
  sleep 1000
fi
touch "$TEST_TMPDIR/socket"
echo "attempt $INTERLOCK_ATTEMPT at port $((5432 + INTERLOCK_SLOT_COUNTER))"
