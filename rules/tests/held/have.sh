#!/usr/bin/env bash
#
# Usage: have.sh LIST
#
# Passes if there is a runfile at each path in LIST, and the programs of the server are among them.
set -euo pipefail

readonly here=_main/rules/tests/held
list=$TEST_SRCDIR/$here/$1
while read -r path; do
  [[ -e $TEST_SRCDIR/$path ]] || {
    echo "there is no runfile $path" >&2
    exit 1
  }
done <"$list"
for file in start start.sh greeting.txt greet greet.sh; do
  grep -qx "$here/$file" "$list" || {
    echo "$1 has no $file" >&2
    exit 1
  }
done
