# shellcheck shell=bash
#
# Messages of the launcher and of the set-up. None goes to stdout, which is Bazel's.

# say TEXT...: a line of progress, with the time since $RULES_INTERLOCK_STARTED, the set-up's begin.
say() {
  printf 'tools/bazel: [%3ds] %s\n' "$((EPOCHSECONDS - RULES_INTERLOCK_STARTED))" "$*" >&2
}

# die ERROR [REMEDY...]: a line each, and the end.
die() {
  printf 'tools/bazel: error: %s\n' "$1" >&2
  shift
  if (($#)); then printf '  %s\n' "$@" >&2; fi
  exit 1
}
