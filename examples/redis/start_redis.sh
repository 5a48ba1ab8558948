#!/usr/bin/env bash
#
# Starts a Redis server for one instance of the resource group, says where it is, and becomes the server. The runner
# asks ready.sh whether it is up.
set -euo pipefail

type -P redis-server >/dev/null || {
  echo 'there is no Redis server on this machine; with Debian, install the package redis-server' >&2
  exit 1
}
printf '{"pid": %d, "resources": [{"socket": "%s"}]}' $$ "$TEST_TMPDIR/socket"
exec redis-server --port 0 --unixsocket "$TEST_TMPDIR/socket" --save '' --appendonly no --dir "$TEST_TMPDIR" >&2
