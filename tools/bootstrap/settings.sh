#!/usr/bin/env bash
#
# Usage: settings.sh STATE
#
# Runs inside the root file system. Writes STATE/bazelrc: this folder's bazelrc, and from Debian's
# own, which it replaces, where the modules and the install base are that Debian packages. Debian's
# goes: while it is there, Bazel warns in each call that it does not read it.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
readonly here
readonly state=$1

{
  sed -e "s|@STATE@|$state|g" -e "s|@ID@|$(date +%s)|g" "$here/bazelrc"
  printf '\n# From /etc/bazel/bazelrc.\n'
  grep -E '^(startup|common --override_module=)' /etc/bazel/bazelrc
} >"$state/bazelrc"
rm /etc/bazel/bazelrc
