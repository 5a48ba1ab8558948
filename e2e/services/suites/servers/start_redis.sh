#!/usr/bin/env bash
#
# Says that a Redis server is on the port of the instance, and becomes that server. Whether it is up, health_redis.sh
# says. The tests know only addresses with a port.
set -euo pipefail

type -P redis-server >/dev/null || {
  echo 'there is no Redis server on this machine; with Debian, install the package redis-server' >&2
  exit 1
}
id=$(</proc/sys/kernel/random/uuid)
printf 'redis %s %s\n' "$SERVICES_UNIT" "$id" >>"$SERVICES_DIR/setups"
printf '{"pid": %d, "resources": [{"id": "%s"}]}\n' $$ "$id"
exec redis-server --bind 127.0.0.1 --port "$REDIS_PORT" --save '' --appendonly no --dir "$TEST_TMPDIR" --loglevel warning >&2
