#!/usr/bin/env bash
#
# Usage: greet.sh
#
# Passes if the server of start.sh is there.
set -euo pipefail

[[ $(<"$GREETING") == hello ]]
