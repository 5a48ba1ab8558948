#!/usr/bin/env bash
#
# Starts a PostgreSQL server for one instance of the resource group, prints where it is, and goes on until it ends. The
# server is reached by a socket in its own folder, so that no two need different ports.
set -euo pipefail

main() {
  local data=$TEST_TMPDIR/data server
  find_postgres
  find_user
  # It need not survive a power failure: nothing waits for the disk.
  "${user[@]}" "$postgres/initdb" --pgdata="$data" --username=postgres --auth=trust \
    --encoding=UTF8 --no-locale --no-sync >&2
  # setpriv: the server must not outlive this script, however that ends.
  "${user[@]}" setpriv --pdeathsig KILL "$postgres/postgres" -D "$data" -k "$TEST_TMPDIR" -F -c listen_addresses= >&2 &
  server=$!
  # Stopped kindly, it would wait for clients.
  trap 'kill -INT "$server"' TERM
  until "$postgres/pg_isready" --host="$TEST_TMPDIR" --quiet; do
    if ! kill -0 "$server" 2>/dev/null; then die "the server ended; its log is above"; fi
    sleep 0.02
  done
  make_databases
  printf '{"pid": %d, "resources": [{"socket_dir": "%s"}]}\n' "$server" "$TEST_TMPDIR"
  wait "$server" || wait "$server"
}

# The template is made once. What the tests use is a copy of it.
make_databases() {
  local psql=(psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --host="$TEST_TMPDIR" --username=postgres)
  {
    "${psql[@]}" --dbname=postgres --command='CREATE DATABASE shop_template'
    "${psql[@]}" --dbname=shop_template --file=postgres/schema.sql
    "${psql[@]}" --dbname=postgres --command='CREATE DATABASE shop TEMPLATE shop_template'
  } >&2
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
