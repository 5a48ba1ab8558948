#!/usr/bin/env bash
#
# Usage: build.sh ROOT MIRROR
#
# Makes the root file system in ROOT, step by step. To be run in a mount namespace of its own, with
# file descriptor 3 for the progress and the others for the tools' output.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
readonly here
readonly state=/usr/share/rules_interlock
# shellcheck source=tools/bootstrap/log.sh
source "$here/log.sh"

main() {
  local root=$1 mirror=$2
  step 'unpacking a Debian' "$here/rootfs.sh" unpack "$root" "$mirror"
  step 'installing Bazel and Go into it' "$here/rootfs.sh" install "$root"
  mkdir -p "$root$state"
  cp -R "$here" "$root$state/bootstrap"
  step 'fetching rules_go and Gazelle' inside "$root" modules.sh
  step 'making the coverage tools' inside "$root" coverage_tools.sh
  step 'writing the settings' inside "$root" settings.sh "${root%/*}/actions"
}

step() {
  say "$1" 2>&3
  shift
  "$@"
}

inside() {
  local root=$1 script=$2
  shift 2
  "$here/enter.sh" "$root" "$state/bootstrap/$script" "$state" "$@"
}

main "$@"
