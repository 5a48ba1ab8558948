#!/usr/bin/env bash
#
# Empties the server. The group's variables say where it is.
set -euo pipefail

printf 'redis %s %s\n' "$SERVICES_UNIT" "$SERVICES_INSTANCE" >>"$SERVICES_DIR/resets"
[[ $(redis-cli -p "$REDIS_PORT" FLUSHALL) == OK ]]
