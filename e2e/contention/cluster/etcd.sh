#!/usr/bin/env bash
#
# Usage: etcd.sh ADDRESS FOLDER
#
# Becomes an etcd of one member that serves clients at ADDRESS:2379 and keeps its data in FOLDER.
set -euo pipefail

readonly address=$1 folder=$2

type -P etcd >/dev/null || {
  echo 'etcd.sh: there is no etcd on PATH: install it (Debian: etcd-server), or let tools/bazel set Bazel up' >&2
  exit 1
}

# Its data need not outlive the machine, and the disk may be slow.
exec etcd --data-dir="$folder" --unsafe-no-fsync --log-level=warn \
  --listen-client-urls="http://$address:2379" --advertise-client-urls="http://$address:2379" \
  --listen-peer-urls="http://$address:2380" --initial-advertise-peer-urls="http://$address:2380" \
  --initial-cluster="default=http://$address:2380"
