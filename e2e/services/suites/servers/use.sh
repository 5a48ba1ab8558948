#!/usr/bin/env bash
#
# Usage: program ARG...
#
# Stands for the Go test binary x.test beside it, and runs that in its folder. If it is given a server, it writes down
# when it begins to use it and when it has ended: a record of e2e/witness/caselog each, in one line and one write(2).
set -euo pipefail

cd "${0%/*}"
if [[ ! -v SERVICES_INSTANCE ]]; then exec ./x.test "$@"; fi

say() {
  printf '{"event":"%s","run":"%s","case":"%s","pid":%d,"uses":[{"group":"%s","weight":1,"slots":[%d],"instances":["%s"]}]}\n' \
    "$1" "$TEST_TARGET" "$use" $$ "$SERVICES_GROUP" "$SERVICES_UNIT" "$SERVICES_INSTANCE" >>"$SERVICES_DIR/uses"
}

readonly use=$SRANDOM
if [[ -n ${SERVICES_ARGUMENT:-} ]]; then set -- "$SERVICES_ARGUMENT" "$@"; fi
# A signal is for the binary, which is in the same process group.
trap : TERM INT HUP QUIT
code=0
say start
./x.test "$@" || code=$?
say end
exit "$code"
