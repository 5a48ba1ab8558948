#!/usr/bin/env bash
#
# Starts a PostgreSQL server for one instance of the resource group, with the database that the tests use and the
# template that it was made from, prints where it is, and goes on until it ends. What is to be in the template is in
# the files sql/*.sql beside this script.
set -euo pipefail

here=${0%/*}
readonly here data=$TEST_TMPDIR/data

main() {
  local server id
  find_postgres
  find_user
  "${user[@]}" "$postgres/initdb" --pgdata="$data" --username=postgres --auth=trust \
    --encoding=UTF8 --no-locale --no-sync >&2
  "${user[@]}" setpriv --pdeathsig KILL "$postgres/postgres" -D "$data" -k "$TEST_TMPDIR" -F \
    -c listen_addresses= -c max_prepared_transactions=20 >&2 &
  server=$!
  trap 'kill -INT "$server"' TERM
  until "$postgres/pg_isready" --host="$TEST_TMPDIR" --quiet; do
    if ! kill -0 "$server" 2>/dev/null; then die "the server ended; its log is above"; fi
    sleep 0.02
  done
  make_databases
  id=$(</proc/sys/kernel/random/uuid)
  printf 'postgres %s %s\n' "$SERVICES_UNIT" "$id" >>"$SERVICES_DIR/setups"
  printf '{"pid": %d, "resources": [{"socket_dir": "%s", "id": "%s"}]}\n' "$server" "$TEST_TMPDIR" "$id"
  wait "$server" || wait "$server"
}

make_databases() {
  local file
  sql postgres --command='CREATE DATABASE services_template'
  for file in "$here"/sql/*.sql; do
    if [[ -e $file ]]; then sql services_template --file="$file"; fi
  done
  sql postgres --command='CREATE DATABASE services TEMPLATE services_template'
}

# sql DATABASE OPTION...: a statement that fails is in the log, and no more: the files are of others.
sql() {
  "$postgres/psql" --no-psqlrc --quiet --host="$TEST_TMPDIR" --username=postgres --dbname="$1" "${@:2}" >&2
}

# Debian keeps the server's programs out of PATH.
find_postgres() {
  local program
  for program in "$(type -P postgres || true)" /usr/lib/postgresql/*/bin/postgres; do
    if [[ -x $program ]]; then
      postgres=$(dirname "$(readlink -f "$program")")
      return
    fi
  done
  die 'there is no PostgreSQL server on this machine; with Debian, install the package postgresql'
}

# A server refuses to run as root. In a sandbox root is the only user, so this makes root look like another one.
find_user() {
  user=()
  if ((EUID == 0)); then user=(unshare --user --map-user="$(id -u nobody)"); fi
}

die() {
  echo "$1" >&2
  exit 1
}

main
