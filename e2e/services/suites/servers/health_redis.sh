#!/usr/bin/env bash
#
# Asks whether the server answers. The group's variables say where it is.
set -euo pipefail

[[ $(redis-cli -p "$REDIS_PORT" PING) == PONG ]]
