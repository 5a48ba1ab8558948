#!/usr/bin/env bash
#
# Usage: program.sh BEHAVIOUR [ARG...]
#
# Stands for a test that uses the resources $USES (names, comma-separated). It writes to the log
# $CONTENTION_DIR/log when it starts and when it ends, and in between it does what BEHAVIOUR says.
# $FENCES are its fencing tokens (NAME=TOKEN, comma-separated), and $CONTENTION_BUILD is the build
# that it belongs to, if there are several. @VARIABLE in $USES and $FENCES stands for a variable
# that only a holder of the group has.
set -euo pipefail

# Long enough to count as the end of a test that is not killed.
readonly forever=120

main() {
  say start
  "$@"
  say end
}

# say EVENT: one line in one write(2), which O_APPEND puts after everything that is there.
say() {
  printf '%s target=%s build=%s run=%s uses=%s fences=%s began=%s locks=%s network=%s pids=%s pid=%s runner=%s at=%s\n' \
    "$1" "$TEST_TARGET" "${CONTENTION_BUILD:-}" "${TEST_RUN_NUMBER:-1}" "$uses" "$fences" "$began" \
    "$locks" "$network" "$pids" $$ $PPID "${EPOCHREALTIME/[.,]/}" >>"$CONTENTION_DIR/log"
}

# expand TEXT
expand() {
  local text=$1 name
  while [[ $text =~ @([A-Z0-9_]+) ]]; do
    name=${BASH_REMATCH[1]}
    text=${text/"@$name"/${!name}}
  done
  printf '%s' "$text"
}

# When this process was started, in seconds since boot: proc_pid_stat(5), field 22, in ticks of 10
# ms.
began() {
  local fields
  fields=$(<"/proc/$$/stat")
  read -ra fields <<<"${fields##*) }"
  printf '%d.%02d' $((fields[19] / 100)) $((fields[19] % 100))
}

# The configuration whose copy of the lock files Bazel gave this test, if any.
configuration_of_locks() {
  local file
  if [[ ! -v TEST_SRCDIR ]]; then return; fi
  file=$(readlink -e "$TEST_SRCDIR/$TEST_WORKSPACE/resources/${USES%%,*}.queue.lock") || return 0
  file=${file##*/bazel-out/}
  printf '%s' "${file%%/*}"
}

work() { sleep "$1"; }

# The first one stays; the others go.
stay_if_first() {
  if mkdir "$CONTENTION_DIR/first" 2>/dev/null; then sleep "$forever"; fi
}

stay_until_released() {
  until [[ -e $CONTENTION_DIR/release ]]; do sleep 0.05; done
}

# Outside of the process group, and with every descriptor of the test except one of its own.
leave_a_daemon() {
  setsid sleep "$forever" &
  echo $! >"$CONTENTION_DIR/daemon"
  sleep "$1"
}

# A test program does not know about descriptors, memory and the like, so it can pass them on.
began=$(began)
uses=$(expand "$USES")
fences=$(expand "${FENCES:-}")
locks=$(configuration_of_locks)
network=$(readlink /proc/self/ns/net)
pids=$(readlink /proc/self/ns/pid)
main "$@"
