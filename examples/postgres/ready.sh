#!/usr/bin/env bash
#
# Passes when the server of an instance answers. The variables of the group say where it is.
set -euo pipefail

pg_isready --dbname=postgres --quiet
