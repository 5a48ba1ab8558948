#!/usr/bin/env bash
#
# Usage: faults_test.sh
#
# Interrupts and kills set-ups at several points, starts several at the same time, and checks each
# time that nothing is left behind and that the next start succeeds. Run it by hand, as root on
# Debian: it takes about ten minutes and downloads Debian's packages three times. Its cache folder
# is a temporary one, below ${TMPDIR:-/tmp}, which stays if a check fails.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly launcher=$here/../bazel
# Everything that a set-up's script has started is dead within this time after the script's death.
readonly seconds_to_die=5
readonly seconds_to_start=2

main() {
  folder=$(mktemp -d -t faults.XXXXXX)
  readonly folder
  export XDG_CACHE_HOME=$folder RULES_INTERLOCK_BOOTSTRAP=1
  # This identifies every process of a set-up, wherever it is.
  export RULES_INTERLOCK_FAULTS=$folder

  check_end INT 130 'unpacking a Debian' 5
  check_end KILL 137 'unpacking a Debian' 10
  check_end TERM 130 'installing Bazel and Go into it' 1
  check_end KILL 137 'installing Bazel and Go into it' 15
  check_end INT 130 'fetching rules_go and Gazelle' 0
  check_end KILL 137 'fetching rules_go and Gazelle' 0
  check_several_at_once
  check_later_starts
  check_modules

  rm -rf "$folder"
  report 'all checks passed'
}

# check_end SIGNAL EXIT_CODE STEP SECONDS: ends a set-up with the signal, that long after it began
# the step.
check_end() {
  local signal=$1 wanted=$2 step=$3 delay=$4 status=0
  start first --version
  wait_for_message first "$step"
  sleep "$delay"
  [[ -n $(processes_left) ]] || fail 'a set-up runs, and processes_left does not see it'
  send "$signal" "${pid[first]}"
  wait "${pid[first]}" 2>/dev/null || status=$?
  ((status == wanted)) || fail "SIG$signal: exit code $status, not $wanted"
  expect_nothing_left
  # Nothing runs after a SIGKILL: the next start clears away what there is.
  if [[ $signal != KILL && -e $folder/rules_interlock/unfinished ]]; then
    fail "SIG$signal left $folder/rules_interlock/unfinished"
  fi
  report "SIG$signal $delay s into '$step'"
}

check_several_at_once() {
  start first --version
  wait_for_message first 'setting one up'
  start second --version
  start third --version
  wait_for_message second 'waiting for it'
  wait_for_message third 'waiting for it'
  send INT "${pid[third]}"
  if wait "${pid[third]}" 2>/dev/null; then fail 'a start that waits and is interrupted succeeds'; fi
  local name
  for name in first second; do
    wait "${pid[$name]}" || fail "the $name of two starts at once: exit code $?"
    expect_version "$folder/$name.out"
  done
  if grep -q 'unpacking a Debian' "$folder/second.err"; then fail 'the second start set Bazel up, too'; fi
  expect_nothing_left
  report 'three starts at once, one of them interrupted'
}

check_later_starts() {
  local try began milliseconds
  for try in 1 2 3; do
    began=${EPOCHREALTIME/./}
    "$launcher" --version >"$folder/later.out" 2>"$folder/later.err" || fail "a later start: exit code $?"
    milliseconds=$(((${EPOCHREALTIME/./} - began) / 1000))
    expect_version "$folder/later.out"
    if [[ -s $folder/later.err ]]; then fail "a later start says: $(cat "$folder/later.err")"; fi
    if ((milliseconds > seconds_to_start * 1000)); then fail "a later start takes $milliseconds ms"; fi
    report "start $try after the set-up: $milliseconds ms"
  done
  if [[ -e $folder/rules_interlock/unfinished ]]; then fail 'the set-up is there twice'; fi
  expect_nothing_left
}

# The result is complete: modules are resolved, and a server starts and stops.
check_modules() {
  mkdir "$folder/module"
  cd "$folder/module"
  echo 'bazel_dep(name = "rules_go", version = "0.60.0")' >MODULE.bazel
  echo 'filegroup(name = "it")' >BUILD.bazel
  "$launcher" build //:it 2>"$folder/build.err" || fail "a build: $(tail "$folder/build.err")"
  "$launcher" shutdown
  expect_nothing_left
  report 'a build'
}

declare -A pid

# start NAME ARG...: the launcher, in the background and in a session of its own, with SIGINT as it
# is in the foreground. Its output goes to FOLDER/NAME.{out,err}.
start() {
  local name=$1
  shift
  env --default-signal=INT setsid "$launcher" "$@" >"$folder/$name.out" 2>"$folder/$name.err" &
  pid[$name]=$!
}

# A terminal sends SIGINT to everything in the foreground; kill kills only one process.
send() {
  if [[ $1 == INT ]]; then kill -INT -- "-$2"; else kill "-$1" "$2"; fi
}

wait_for_message() {
  local name=$1 text=$2
  until grep -qF "$text" "$folder/$name.err"; do
    [[ -e /proc/${pid[$name]} ]] || fail "ended before '$text': $(cat "$folder/$name.err")"
    sleep 0.1
  done
}

expect_version() {
  [[ $(head -n 1 "$1") == 'bazel 7.'* ]] || fail "instead of a version: $(cat "$1")"
}

expect_nothing_left() {
  local until=$((EPOCHSECONDS + seconds_to_die))
  while [[ -n $(processes_left) ]]; do
    ((EPOCHSECONDS < until)) || fail "processes left: $(processes_left)"
    sleep 0.1
  done
  if grep -F "$folder" /proc/self/mountinfo; then fail 'mounts left, see above'; fi
}

# Processes with our mark in their environment, except this script and what it runs itself.
processes_left() {
  local environ candidate
  for environ in /proc/[0-9]*/environ; do
    candidate=${environ#/proc/} candidate=${candidate%/environ}
    if is_marked "$environ" && ! is_ours "$candidate"; then
      printf '%s (%s) ' "$candidate" "$(tr '\0' ' ' <"/proc/$candidate/cmdline" || true)"
    fi
  done 2>/dev/null
}

is_marked() {
  grep -qzxF "RULES_INTERLOCK_FAULTS=$folder" "$1"
}

# The session of this script; every launcher that it starts has one of its own.
is_ours() {
  [[ $(ps -o sid= -p "$1") == "$(ps -o sid= -p $$)" ]]
}

report() {
  printf '[%4ds] ok: %s\n' "$SECONDS" "$1"
}

fail() {
  printf '[%4ds] FAILED: %s\n  (all is in %s)\n' "$SECONDS" "$1" "$folder" >&2
  exit 1
}

main
