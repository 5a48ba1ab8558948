#!/usr/bin/env bash
#
# Usage: settings.sh STATE
#
# Runs inside the root file system. Writes STATE/bazelrc: this folder's bazelrc, and from Debian's
# own where the modules and the install base are that Debian packages. Of Debian's stays what it
# says of the install base: without that, `bazel --version`, which reads no other file, fails.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
readonly here
readonly state=$1

{
  sed -e "s|@STATE@|$state|g" -e "s|@ID@|$(date +%s)|g" "$here/bazelrc"
  printf '\n# From /etc/bazel/bazelrc.\n'
  grep -E '^(startup|common --override_module=)' /etc/bazel/bazelrc
} >"$state/bazelrc"
sed -i '/^startup/!d' /etc/bazel/bazelrc
