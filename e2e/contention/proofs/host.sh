# shellcheck shell=bash
#
# Groups of scope host: two Bazel servers, with a workspace and an output base each, and scripts.

# make_host: the folder for the locks of this proof.
make_host() {
  export INTERLOCK_HOST_DIR=$CONTENTION_DIR/host
  interlock host init
}

host_groups_exclude() {
  make_host
  make_neighbour
  servers_and_scripts_contend host contention
  check_servers
}

host_needs_its_folder() {
  export INTERLOCK_HOST_DIR=$CONTENTION_DIR/nowhere
  expect_infrastructure_failure //host:db_sandboxed \
    "$INTERLOCK_HOST_DIR does not exist: run \`bazel run @rules_interlock//tools:interlock -- host init\`"
  note 'by the command that makes it, as a failure of the infrastructure'
}

# start_script NAME USES LOCK_ARGUMENT... -- BEHAVIOUR...: in the background; sets the variable client.
start_script() {
  in_background script "$@"
  await has_said start "$1"
}

release() {
  touch "$CONTENTION_DIR/release"
  wait "$client"
}

# Neither a test nor a script can have the group with another capacity than its holder.
disagreement_fails() {
  make_host
  start_script holder pool contention/pool --capacity=3 -- stay_until_released
  expect_code "$tests_failed" bazel_test //host:disagrees
  if has_said start //host:disagrees; then fail 'the program was started'; fi
  local xml both='has capacity 2 here, but capacity 3 (program/program.sh stay_until_released since '
  xml=$(xml_of //host:disagrees)
  expect_text "$both" "$xml"
  expect_text 'type="infrastructure"' "$xml"
  expect_code "$unavailable" script other pool contention/pool --capacity=4 -- work 0.1 2>"$CONTENTION_DIR/error"
  expect_text 'has capacity 4 here, but capacity 3 (program/program.sh stay_until_released since ' "$CONTENTION_DIR/error"
  release
  bazel_test //host:disagrees
  note "'$both', until nobody else used it"
}

lock_is_killed() {
  make_host
  start_script holder db contention/db -- stay_until_released
  local line child killed_at command
  line=$(said start holder)
  child=$(field pid "$line") command=$(field runner "$line")
  in_background bazel_test //host:db_sandboxed
  await is_queued //host:db_sandboxed
  if has_said start //host:db_sandboxed; then fail 'both have the group'; fi
  killed_at=$(now)
  kill -KILL "$command"
  wait "$client"
  expect_handoff "$killed_at" //host:db_sandboxed
  await is_gone "$child"
  note 'its program died with it'
}

# status: of the groups of scope host, as JSON on one line.
status() { interlock status --scope=host --json; }

# uses HOLDERS_OR_QUEUE FIELD: the first holder or waiter of the group contention/db of this proof
# begins with the field.
uses() {
  status | grep -qE "\"key\":\"contention/db\",[^{}]*\"identity\":\"host $INTERLOCK_HOST_DIR contention/db\",.*\"$1\":\[\{$2"
}

is_queued() { status | grep -qF "{\"target\":\"$1\""; }

# Holders and waiters, a test and a script, are seen while they hold or wait.
status_tells_both() {
  make_host
  local holder
  start_holder //host:holder
  holder=$client
  in_background script waiter db contention/db -- stay_until_released
  await uses queue '"case":"program/program.sh '
  uses holders '"target":"//host:holder","case":"holder","since":"20[^{}]*"slots":\[0\]' || fail "the holder is not there: $(status)"
  touch "$CONTENTION_DIR/release"
  wait "$holder"
  await has_said end waiter
  wait "$client"
  rm "$CONTENTION_DIR/release"

  start_script second_holder db contention/db -- stay_until_released
  in_background bazel_test //host:db_local
  await uses queue '"target":"//host:db_local","case":"db_local"'
  uses holders '"case":"program/program.sh stay_until_released","since":"20[^{}]*"slots":\[0\]' ||
    fail "the holder is not there: $(status)"
  touch "$CONTENTION_DIR/release"
  wait
  if status | grep -qF "$INTERLOCK_HOST_DIR "; then fail "somebody is still there: $(status)"; fi
  note 'a test and a script, with whom of them waits for the other'
}
