#!/usr/bin/env bash
#
# Makes the database of the tests anew from its template. The group's variables say where the server is.
set -euo pipefail

printf 'postgres %s %s\n' "$SERVICES_UNIT" "$SERVICES_INSTANCE" >>"$SERVICES_DIR/resets"
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=postgres \
  --command='DROP DATABASE services WITH (FORCE)' \
  --command='CREATE DATABASE services TEMPLATE services_template STRATEGY file_copy' >&2
