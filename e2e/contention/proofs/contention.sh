# shellcheck shell=bash
#
# Exclusion, and the same tests without it.

# Plain, Starlark flag, --host_copt, other execution platform; -c opt shares the files of the first.
readonly configurations=4

# run_cases PACKAGE SANDBOX FLAG...
run_cases() {
  local package=$1 sandbox=$2
  shift 2
  bazel_test "//$package" --runs_per_test=3 --strategy=TestRunner="$sandbox",local \
    --build_event_json_file="$CONTENTION_DIR/events.json" "$@"
}

# The cases of the Go tests.
go_cases=TestDB1,TestDB2,TestDB3,TestDBAndPort,TestPort1,TestPort2,TestAPI1,TestAPI2,TestAPI3,TestAPI4
go_cases+=,TestNothing1,TestNothing2,TestSmall1,TestSmall2,TestSmall3,TestBig1,TestBig2
go_cases+=,TestRead1,TestRead2,TestRead3,TestRead4,TestRead5,TestRead6
readonly go_cases

# Those of the pytest tests.
pytest_cases=test_db_1,test_db_2,test_db_and_port,test_api[0],test_api[1],test_api[2],test_api[3],test_big,test_read,test_nothing
readonly pytest_cases

# check_cases PACKAGE FLAG...
check_cases() {
  local package=$1
  shift
  checker -events "$CONTENTION_DIR/events.json" -capacity db=1,port=1,api=3,pool=3 \
    -cases "//$package:go_test=$go_cases" -cases "//$package:go_local_test=$go_cases" \
    -cases "//$package:pytest_test=$pytest_cases" -cases "//$package:pytest_local_test=$pytest_cases" "$@"
}

checker_is_tested() {
  bazel test --color=no --curses=no --noshow_progress //checker/...
  note 'its unit tests pass'
}

groups_exclude() {
  run_cases cases "$1"
  expect_code 0 check_cases cases -sandbox "$1" -configurations "$configurations"
  note "$(tail -n 1 "$CONTENTION_DIR/findings")"
  note "lock files of $(grep -oE '"locks":"[^"]+"' "$CONTENTION_DIR/log" | sort -u | wc -l) configurations"
}

# Bazel gives every test that many shards, including tests of one case.
any_number_of_shards() {
  run_cases cases linux-sandbox --runs_per_test=1 --test_sharding_strategy=forced=5
  expect_code 0 check_cases cases -sandbox linux-sandbox -configurations "$configurations"
  note "$(tail -n 1 "$CONTENTION_DIR/findings")"
}

# Everything except the capacity has to be as with groups, and each capacity has to be exceeded.
without_groups_they_collide() {
  run_cases ungrouped linux-sandbox
  expect_code 1 check_cases ungrouped -sandbox linux-sandbox
  if sed '$d' "$CONTENTION_DIR/findings" | grep -vE '^(capacity|sharing): '; then fail 'the checker found more than collisions'; fi
  local name
  for name in db port api pool; do
    expect_text "capacity: $name, of capacity" "$CONTENTION_DIR/findings"
  done
  expect_text 'sharing: pool is shared by' "$CONTENTION_DIR/findings"
  note "$(tail -n 1 "$CONTENTION_DIR/findings")"
  note "$(grep -cE '^(capacity|sharing): ' "$CONTENTION_DIR/findings") collisions found"
}

# There, a test sees only its own inputs, so a lock on them would exclude nobody.
hermetic_sandbox_is_refused() {
  local target=//cases:db_plain_sandboxed folder
  local flags=(--experimental_use_hermetic_linux_sandbox)
  for folder in /bin /etc /lib /lib64 /usr /proc /dev; do
    if [[ -d $folder ]]; then flags+=("--sandbox_add_mount_pair=$folder"); fi
  done
  expect_code "$tests_failed" bazel_test "$target" "${flags[@]}"
  if has_said start "$target"; then fail 'the program was started'; fi
  local xml
  xml=$(xml_of "$target")
  expect_text '.lock is a copy of the group&#39;s lock file that a hermetic sandbox made: ' "$xml"
  expect_text 'locking it would exclude nobody' "$xml"
  expect_text 'Run the test with a strategy that links a test to its inputs (linux-sandbox without ' "$xml"
  expect_text 'type="infrastructure"' "$xml"
  expect_text "is a copy of the group's lock file" "${xml%.xml}.infrastructure_failure"
  note 'by name, with the reason and the remedy, as a failure of the infrastructure'
}
