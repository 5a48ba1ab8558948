#!/usr/bin/env bash
#
# Stands for a test that needs the counter for itself.
set -euo pipefail

sleep 0.1
echo "done, as $TEST_TARGET"
