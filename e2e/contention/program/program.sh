#!/usr/bin/env bash
#
# Usage: program.sh BEHAVIOUR [ARG...]
#
# Stands for a test that uses the resources $USES (NAME, NAME=WEIGHT or NAME=shared,
# comma-separated). It writes to the log $CONTENTION_DIR/log when it starts and when it ends, and in
# between it does what BEHAVIOUR says.
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

# say EVENT: a record of e2e/witness/caselog, in one line and one write(2), which O_APPEND puts
# after everything that is there. It has no time, because bash cannot read the clock that the record
# wants: the order of the lines stands for it. The fact "microseconds" is for proofs/tests.sh.
say() {
  local run="$TEST_TARGET ${TEST_RUN_NUMBER:-1}${CONTENTION_BUILD:+ $CONTENTION_BUILD}" facts
  facts=$(printf '"locks":"%s","network":"%s","pids":"%s","runner":"%s","microseconds":"%s"' \
    "$locks" "$network" "$pids" "$PPID" "${EPOCHREALTIME/[.,]/}")
  printf '{"event":"%s","run":"%s","pid":%d,"born":%d,"uses":[%s],"facts":{%s}}\n' \
    "$1" "$run" $$ "$born" "$uses" "$facts" >>"$CONTENTION_DIR/log"
}

# uses_of RESOURCES FENCES: what a record says of them.
uses_of() {
  local part name how separator=
  for part in ${1//,/ }; do
    name=${part%%=*} how=${part#"${part%%=*}"}
    printf '%s{"group":"%s",%s' "$separator" "$name" "$(amount_of "${how#=}")"
    if [[ ,$2, =~ ,"$name"=([^,]*), ]]; then printf ',"fence":%s' "${BASH_REMATCH[1]}"; fi
    printf '}'
    separator=,
  done
}

# amount_of WEIGHT, shared or nothing
amount_of() {
  if [[ $1 == shared ]]; then printf '"weight":1,"shared":true'; else printf '"weight":%s' "${1:-1}"; fi
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

# When this process was started, in nanoseconds since boot: proc_pid_stat(5), field 22, in ticks of
# 10 ms.
born() {
  local fields
  fields=$(<"/proc/$$/stat")
  read -ra fields <<<"${fields##*) }"
  printf '%d' $((fields[19] * 10000000))
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
born=$(born)
resources=$(expand "$USES")
fences=$(expand "${FENCES:-}")
uses=$(uses_of "$resources" "$fences")
locks=$(configuration_of_locks)
network=$(readlink /proc/self/ns/net)
pids=$(readlink /proc/self/ns/pid)
main "$@"
