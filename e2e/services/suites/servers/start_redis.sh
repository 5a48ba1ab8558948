#!/usr/bin/env bash
#
# Starts a Redis server for one instance of the resource group, prints its address, and goes on until it ends. The
# tests know only addresses with a port, so it takes one that is free.
set -euo pipefail

main() {
  local tries port server id
  for ((tries = 0; tries < 20; tries++)); do
    port=$((20000 + SRANDOM % 10000)) # below those that the kernel gives away
    start_server
    if is_up; then
      id=$(</proc/sys/kernel/random/uuid)
      printf 'redis %s %s\n' "$SERVICES_UNIT" "$id" >>"$SERVICES_DIR/setups"
      printf '{"pid": %d, "resources": [{"address": "127.0.0.1:%d", "port": "%d", "id": "%s"}]}\n' \
        "$server" "$port" "$port" "$id"
      wait "$server" || wait "$server"
      return
    fi
  done
  die 'no Redis server comes up; their log is above'
}

start_server() {
  type -P redis-server >/dev/null || die 'there is no Redis server on this machine; with Debian, install the package redis-server'
  rm -f "$TEST_TMPDIR/socket"
  setpriv --pdeathsig KILL redis-server --bind 127.0.0.1 --port "$port" --unixsocket "$TEST_TMPDIR/socket" \
    --save '' --appendonly no --dir "$TEST_TMPDIR" --loglevel warning >&2 &
  server=$!
  trap 'kill -TERM "$server"' TERM
}

# A server whose port is taken ends. One that has its socket has the port too.
is_up() {
  until [[ -S $TEST_TMPDIR/socket ]]; do
    if ! kill -0 "$server" 2>/dev/null; then return 1; fi
    sleep 0.01
  done
}

die() {
  echo "$1" >&2
  exit 1
}

main
