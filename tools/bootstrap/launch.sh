# shellcheck shell=bash
#
# What tools/bazel does, as functions. To be sourced, with $launcher, the path of that script, set.
# Bash 3, which macOS has, must do for this file.

readonly minimum_major=7
readonly minimum_minor=4

# The launcher must not take itself for a Bazel on PATH.
: "${launcher:?}"

bootstrap=${BASH_SOURCE[0]%/*}
readonly bootstrap
# shellcheck source=tools/bootstrap/log.sh
source "$bootstrap/log.sh"

# launch [BAZEL_ARG...]: becomes Bazel.
launch() {
  if [[ -z ${RULES_INTERLOCK_BOOTSTRAP:-} ]]; then
    run_the_given_bazel "$@"
    run_an_installed_bazel "$@"
  fi
  require_debian_and_root
  exec "$bootstrap/setup.sh" "$@"
}

run_the_given_bazel() {
  if [[ -n ${BAZEL_REAL:-} ]]; then exec "$BAZEL_REAL" "$@"; fi
  # A Bazel on PATH, asked for its version by another of these launchers, came back to this one.
  # So it is a wrapper of the launcher, and not a Bazel.
  if [[ -n ${RULES_INTERLOCK_PROBE:-} ]]; then exit 1; fi
}

# First found, then run outside of the loop's redirections: Bazel gets the caller's stdin.
run_an_installed_bazel() {
  local program
  program=$(recent_bazel_on_path)
  if [[ -z $program ]]; then read -r program < <(others_on_path bazelisk) || true; fi
  if [[ -n $program ]]; then exec "$program" "$@"; fi
}

recent_bazel_on_path() {
  local program
  while read -r program; do
    if is_recent_bazel "$program"; then
      printf '%s\n' "$program"
      return
    fi
  done < <(others_on_path bazel)
}

# others_on_path NAME: every program of that name on PATH, one a line, except the launcher.
others_on_path() {
  local program
  while read -r program; do
    if [[ ! $program -ef $launcher ]]; then printf '%s\n' "$program"; fi
  done < <(type -ap "$1")
}

# Only the version is asked for: neither a server nor a workspace is needed.
is_recent_bazel() {
  local version
  version=$(RULES_INTERLOCK_PROBE=1 "$1" --version 2>/dev/null </dev/null) || return 1
  [[ $version =~ ^bazel\ ([0-9]+)\.([0-9]+) ]] || return 1
  local major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
  ((major > minimum_major || (major == minimum_major && minor >= minimum_minor)))
}

require_debian_and_root() {
  local problem="no Bazel $minimum_major.$minimum_minor or newer and no Bazelisk on PATH"
  if [[ -n ${RULES_INTERLOCK_BOOTSTRAP:-} ]]; then
    problem='RULES_INTERLOCK_BOOTSTRAP is set, but Bazel can be set up only on Debian, by root'
  fi
  local bazelisk='Install Bazelisk, https://github.com/bazelbuild/bazelisk, as bazelisk or bazel on PATH.'
  if ! is_debian; then die "$problem" "$bazelisk"; fi
  if ! is_root; then
    die "$problem" "$bazelisk" 'Or, this being a Debian, run tools/bazel as root: it sets up a Bazel of its own.'
  fi
}

is_debian() {
  [[ $OSTYPE == linux* && -e /etc/debian_version ]]
}

is_root() {
  ((EUID == 0))
}
