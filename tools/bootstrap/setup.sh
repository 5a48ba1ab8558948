#!/usr/bin/env bash
#
# Usage: setup.sh [BAZEL_ARG...]
#
# Becomes Bazel, after setting it up if that has not been done: a root file system that holds Bazel
# and all that it needs, built aside and renamed when it is complete.
#
#   CACHE/bazel-KEY   the root file system; KEY is a hash of what makes it, the files in this folder
#   CACHE/actions     Bazel's disk cache, for all modules
#   CACHE/unfinished  the one being made, or what an attempt that died has left
#   CACHE/setup.log   the output of the tools of the last set-up
#   CACHE/lock        held while a set-up runs
#
# What other versions of these files have made stays: their servers may be running from it. Without
# such servers, all of CACHE may be deleted at any time.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
readonly here
# The process that a set-up runs in.
builder=
# shellcheck source=tools/bootstrap/log.sh
source "$here/log.sh"
# shellcheck source=tools/bootstrap/key.sh
source "$here/key.sh"

main() {
  # debootstrap and pivot_root are not on everybody's PATH.
  PATH=$PATH:/usr/sbin:/sbin:/usr/bin:/bin
  export HOME
  HOME=$(usable_home)
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_interlock
  root=$cache/bazel-$(key "$here")
  readonly cache root
  if [[ $cache == *[[:space:]]* ]]; then
    die "cannot set Bazel up in $cache: debootstrap knows no folders with spaces in their names" \
      'Set XDG_CACHE_HOME to another folder.'
  fi
  if [[ ! -d $root ]]; then set_up; fi
  run_bazel "$@"
}

# Daemons and containers may start us without a home folder, or with the root folder for one.
usable_home() {
  if [[ ${HOME:-/} != / ]]; then
    printf '%s\n' "$HOME"
  else
    getent passwd "$(id -u)" | cut -d: -f6
  fi
}

set_up() {
  export RULES_INTERLOCK_STARTED=$EPOCHSECONDS
  mkdir -p "$cache"
  exec {lock}>"$cache/lock"
  if ! flock --nonblock "$lock"; then
    say "another start of tools/bazel is setting Bazel up; waiting for it"
    flock "$lock"
  fi
  if [[ ! -d $root ]]; then build; fi
  exec {lock}>&-
}

build() {
  say "no Bazel on this machine: setting one up in $root (some minutes, 3 GB; log in $cache/setup.log)"
  require_mount_namespaces
  trap 'stop_building; exit 130' INT TERM HUP
  rm -rf --one-file-system "$cache/unfinished"
  install_debootstrap
  # The tools run in a process and mount namespace that ends with this script, whatever ends it: so
  # nothing of it goes on or stays mounted. They inherit the lock: as long as any of them is still
  # dying, no other start gets in.
  setpriv --pdeathsig KILL \
    unshare --mount --propagation slave --pid --fork --kill-child --mount-proc \
    "$here/build.sh" "$cache/unfinished" "$(mirror)" 3>&2 >"$cache/setup.log" 2>&1 &
  builder=$!
  if ! wait "$builder"; then
    tail -n 20 "$cache/setup.log" >&2
    rm -rf --one-file-system "$cache/unfinished"
    die "setting up Bazel in $root failed; the end of $cache/setup.log is above" \
      'Remedy the cause and start tools/bazel again.'
  fi
  trap - INT TERM HUP
  mv "$cache/unfinished" "$root"
  say 'Bazel is set up'
}

# Root in a container may not be allowed what root is.
require_mount_namespaces() {
  local error
  error=$(unshare --mount --propagation slave true 2>&1) && return
  die "no mount namespace to set Bazel up in: $error" \
    'In a container, allow it to mount (with Docker, --privileged); or install Bazelisk.'
}

# The first mirror of Debian's own that the machine's apt uses; nothing if apt has no lists yet.
mirror() {
  local mirrors
  # shellcheck disable=SC2016 # SITE is apt's.
  mirrors=$(apt-get indextargets --format '$(SITE)' \
    'Created-By: Packages' 'Origin: Debian' 'Label: Debian')
  printf '%s\n' "${mirrors%%$'\n'*}"
}

stop_building() {
  if [[ -n $builder ]]; then
    kill -KILL "$builder" 2>/dev/null || true
    wait "$builder" || true
  fi
  rm -rf --one-file-system "$cache/unfinished"
}

# In a session of its own: an interrupt must not leave the machine's dpkg half-way.
install_debootstrap() {
  if [[ -n $(type -P debootstrap) && -n $(mirror) ]]; then return; fi
  say 'installing debootstrap'
  if ! setsid --wait "$here/install_debootstrap.sh" >"$cache/setup.log" 2>&1 {lock}>&-; then
    tail -n 20 "$cache/setup.log" >&2
    die 'installing debootstrap failed; the output of apt-get is above' \
      'Remedy the cause, or install debootstrap, and start tools/bazel again.'
  fi
  if [[ -z $(mirror) ]]; then
    die "this machine's apt has no mirror of Debian, which Bazel would come from" \
      'Install Bazelisk, https://github.com/bazelbuild/bazelisk, as bazelisk or bazel on PATH.'
  fi
}

run_bazel() {
  unset RULES_INTERLOCK_STARTED
  exec "$here/enter.sh" "$root" bazel "$@"
}

main "$@"
