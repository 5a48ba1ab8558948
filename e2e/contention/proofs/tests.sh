# shellcheck shell=bash
#
# Running tests that write to the shared log, and reading what they wrote.

# Bazel's exit codes.
readonly tests_failed=3
readonly interrupted=8

# This many tests can run at the same time, whatever the number of CPUs.
readonly jobs=16

launcher=$(realpath ../../tools/bazel)
readonly launcher

# The server that answers: its workspace, with startup options.
workspace=$PWD
startup=()

bazel() { env -C "$workspace" "$launcher" "${startup[@]}" "$@"; }

# bazel_test FLAG_OR_TARGET...: by linux-sandbox unless a flag or a tag says otherwise.
bazel_test() { as_test test "$@"; }

# as_test COMMAND FLAG_OR_TARGET...: Bazel's command with the flags of bazel_test, so that one
# command need not rebuild what another has built. Variables of this shell tell the tests where
# groups are held.
as_test() {
  local command=$1
  shift
  bazel "$command" --color=no --curses=no --noshow_progress --test_output=summary --nocache_test_results \
    --jobs="$jobs" --local_test_jobs="$jobs" --strategy=TestRunner=linux-sandbox,local \
    --test_env=CONTENTION_DIR --sandbox_writable_path="$CONTENTION_DIR" --test_env=CONTENTION_BUILD \
    --test_env=INTERLOCK_HOST_DIR --test_env=INTERLOCK_COORDINATOR "$@"
}

# in_background COMMAND...: as from a terminal, in a process group that Ctrl-C reaches; sets the
# variable client to its number.
in_background() {
  set -m
  "$@" &
  client=$!
  set +m
}

# start_holder TARGET: by `bazel run`, which leaves Bazel free for others; sets the variable client.
start_holder() {
  in_background as_test run "$1"
  await has_said start "$1"
}

# log_of TARGET and xml_of TARGET: files that Bazel keeps of the last run.
log_of() { printf 'bazel-testlogs/%s/test.log' "$(path_of "$1")"; }
xml_of() { printf 'bazel-testlogs/%s/test.xml' "$(path_of "$1")"; }
path_of() { tr : / <<<"${1#//}"; }

# await COMMAND...: repeats it until it succeeds; a minute is for slow machines.
await() {
  local tries
  for ((tries = 0; tries < 1200; tries++)); do
    if "$@"; then return; fi
    sleep 0.05
  done
  fail "waited for '$*' in vain; the log: $(cat "$CONTENTION_DIR/log" 2>&1)"
}

# said EVENT TARGET: its line in the log, as program.sh writes it.
said() { grep -m1 -- "^{\"event\":\"$1\",\"run\":\"@*$2 " "$CONTENTION_DIR/log" 2>/dev/null; }
has_said() { said "$@" >/dev/null; }

# field NAME LINE: a string or a number.
field() {
  local rest=${2#*"\"$1\":"}
  rest=${rest#\"}
  printf '%s' "${rest%%[\",\}]*}"
}

# milliseconds_between START END, both in microseconds, as in the log
milliseconds_between() { printf '%d' $((($2 - $1) / 1000)); }

now() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

# process PID LINE: the number, out here, of the process that the test of a log line knows as PID;
# a sandbox may give it a different number.
process() {
  local status namespace
  namespace=$(field pids "$2")
  for status in /proc/[0-9]*/status; do
    if [[ $(readlink "${status%/status}/ns/pid") == "$namespace" ]] &&
      grep -qE "^NSpid:.*[[:space:]]$1\$" "$status" 2>/dev/null; then
      status=${status#/proc/}
      printf '%s' "${status%/status}"
      return
    fi
  done
  fail "process $1 of '$2' is gone"
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

# expect_infrastructure_failure TARGET TEXT: its program is not started, and both its report and
# the infrastructure failure that Bazel is told of say why.
expect_infrastructure_failure() {
  local xml
  expect_code "$tests_failed" bazel_test "$1"
  if has_said start "$1"; then fail 'the program was started'; fi
  xml=$(xml_of "$1")
  expect_text "$2" "$xml"
  expect_text 'type="infrastructure"' "$xml"
  expect_text "$2" "${xml%.xml}.infrastructure_failure"
}
