#!/usr/bin/env bash
#
# Makes the server of an instance as empty as a new one.
set -euo pipefail

[[ $(redis-cli -s "$REDIS_SOCKET" FLUSHALL) == OK ]]
