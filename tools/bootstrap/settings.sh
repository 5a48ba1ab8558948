#!/usr/bin/env bash
#
# Usage: settings.sh STATE ACTIONS
#
# Runs inside the root file system. Puts this folder's bazelrc in the place of Debian's own, so that
# any Bazel in there is ours, one started by `bazel run` too. Of Debian's stays where the modules and
# the install base are that Debian packages. ACTIONS is the folder for the results of actions.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
readonly here
readonly state=$1 actions=$2

{
  sed -e "s|@STATE@|$state|g" -e "s|@ACTIONS@|$actions|g" -e "s|@ID@|$(date +%s)|g" "$here/bazelrc"
  printf '\n# From Debian.\n'
  grep -E '^(startup|common --override_module=)' /etc/bazel/bazelrc
} >"$state/bazelrc"
mv "$state/bazelrc" /etc/bazel/bazelrc
