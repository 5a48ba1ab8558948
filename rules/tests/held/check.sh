#!/usr/bin/env bash
#
# Usage: check.sh WEIGHT
#
# Passes if the environment names that many databases, and the same ones in all variables.
set -euo pipefail

found="$DATABASE $PORT $INTERLOCK_DATABASE_INSTANCE $INTERLOCK_SLOT_DATABASE $INTERLOCK_SLOT_API"
case "$1 $found" in
  "1 pg0 540 pg0 0 0" | "1 pg1 541 pg1 1 0" | "2 pg0,pg1 540,541 pg0,pg1 0,1 0") ;;
  *)
    echo "a case of weight $1 has: $found" >&2
    exit 1
    ;;
esac
