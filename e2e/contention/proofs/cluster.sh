# shellcheck shell=bash
#
# Groups of scope cluster, with a real etcd. Two Bazel servers stand for two machines: they share
# nothing but etcd.

# The time to live of leases, in seconds: etcd grants none below 2.
readonly ttl=3

# start_etcd: at an address of its own, so that its ports are free; sets the variable etcd.
start_etcd() {
  local address=127.$((RANDOM % 254 + 1)).$((RANDOM % 254 + 1)).$((RANDOM % 254 + 1))
  in_background bazel run --color=no --curses=no --noshow_progress //cluster:etcd -- "$address" "$CONTENTION_DIR/etcd"
  etcd=$client
  await serves "$address"
  export INTERLOCK_COORDINATOR=$CONTENTION_DIR/coordinator.json
  printf '{"endpoints": ["http://%s:2379"], "ttl": "%ds"}\n' "$address" "$ttl" >"$INTERLOCK_COORDINATOR"
}

serves() { (: <>"/dev/tcp/$1/2379") 2>/dev/null; }

cluster_groups_exclude() {
  start_etcd
  make_neighbour
  servers_and_scripts_contend cluster contention --scope=cluster
  check_servers -fenced db,port
}

cluster_needs_a_coordinator() {
  expect_infrastructure_failure //cluster:db_sandboxed \
    'need a coordinator, and this machine names none: write the endpoints of an etcd cluster to /etc/'
  note 'it says how to set one, as a failure of the infrastructure'
}

# etcd stands still while a test and a script hold groups. If they were not killed, their programs
# would go on and succeed.
coordinator_stops() {
  start_etcd
  local stopped_at script test_program script_program xml
  start_script holder port contention/port --scope=cluster -- stay_until_released
  script=$client
  in_background bazel_test //cluster:holder
  await has_said start //cluster:holder
  test_program=$(program_of //cluster:holder)
  script_program=$(program_of holder)
  stopped_at=$(now)
  kill -STOP -- "-$etcd"
  expect_death "$test_program" "$stopped_at" "the test's program"
  expect_death "$script_program" "$stopped_at" "the script's"
  expect_code "$tests_failed" wait "$client"
  expect_code "$unavailable" wait "$script"
  if has_said end //cluster:holder || has_said end holder; then fail 'a holder went on'; fi
  xml=$(xml_of //cluster:holder)
  expect_text 'type="infrastructure"' "$xml"
  [[ -s ${xml%.xml}.infrastructure_failure ]] || fail 'Bazel is told of no failure of the infrastructure'

  kill -CONT -- "-$etcd"
  bazel_test //cluster:db_sandboxed
  note 'when it goes on, the next has the group'
}

# program_of TARGET_OR_SCRIPT: the number of its process.
program_of() {
  local line
  line=$(said start "$1")
  process "$(field pid "$line")" "$line"
}

# expect_death PROCESS SINCE NAME: it is killed before a lease that was renewed at that time has
# expired.
expect_death() {
  local took
  await is_gone "$1"
  took=$(milliseconds_between "$2" "$(now)")
  note "$3 is killed after $took ms, of a lease of $ttl s"
  ((took <= ttl * 1000)) || fail 'which is too late'
}

# Bazel may run such a test anywhere, unlike a test with groups that only this machine knows.
cluster_tests_run_anywhere() {
  local requirements
  requirements=$(requirements_of //cluster:db_sandboxed)
  if grep -E 'no-remote|(^|\W)local(\W|$)' <<<"$requirements"; then fail 'it has to run on this machine'; fi
  grep -qF no-remote-exec <<<"$(requirements_of //host:db_sandboxed)" || fail 'so may tests with groups of scope host'
  note "its execution requirements are $requirements"
}

requirements_of() {
  bazel cquery --color=no --curses=no --noshow_progress --output=starlark \
    --starlark:expr='sorted(providers(target)["ExecutionInfo"].requirements)' "$1"
}
