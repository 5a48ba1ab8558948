# shellcheck shell=bash
#
# Faults around a test that holds a group or waits for it. The targets are those of faults/.

# A group whose holder has died or ended has another holder within this time.
readonly handoff_limit=1000

# expect_handoff SINCE TARGET: the target started soon enough after SINCE.
expect_handoff() {
  local took
  took=$(milliseconds_between "$1" "$(field microseconds "$(said start "$2")")")
  note "the next had the group after $took ms"
  ((took < handoff_limit)) || fail "that is more than $handoff_limit ms"
}

# start_two_of_a_kind FLAG...: two tests, one of which holds the group while the other waits; sets
# the variables client (the process), holder and waiter (targets), and line (the holder's line in
# the log).
start_two_of_a_kind() {
  in_background bazel_test //faults:first_or_second //faults:second_or_first "$@"
  await has_said start '//faults:[a-z_]*'
  line=$(said start '//faults:[a-z_]*')
  holder=$(field run "$line") holder=${holder#@@} holder=${holder%% *}
  waiter=//faults:first_or_second
  if [[ $holder == "$waiter" ]]; then waiter=//faults:second_or_first; fi
  sleep 1 # for the other to wait
  if has_said start "$waiter"; then fail 'both have the group'; fi
}

# kill_one_of_two PID: kills a process of the holder of start_two_of_a_kind, and expects that the
# waiter then has the group, and that Bazel sees that one of the two failed.
kill_one_of_two() {
  local child victim killed_at
  child=$(process "$(field pid "$line")" "$line")
  victim=$(process "$1" "$line")
  killed_at=$(now)
  kill -KILL "$victim"
  expect_code "$tests_failed" wait "$client"
  expect_handoff "$killed_at" "$waiter"
  await is_gone "$child"
  if has_said end "$holder"; then fail 'the holder went on'; fi
  await has_said end "$waiter"
}

runner_is_killed() {
  start_two_of_a_kind --strategy=TestRunner="$1"
  kill_one_of_two "$(field runner "$line")"
  expect_text 'not finished when this report was written: the test was killed' "$(xml_of "$holder")"
  note 'its child died with it, and its test.xml says that it was killed'
}

child_is_killed() {
  start_two_of_a_kind
  kill_one_of_two "$(field pid "$line")"
  expect_text 'message="killed by signal: killed"' "$(xml_of "$holder")"
  note "its test.xml names the signal"
}

bazel_is_interrupted() {
  start_two_of_a_kind
  local child interrupted_at
  child=$(process "$(field pid "$line")" "$line")
  interrupted_at=$(now)
  kill -INT -- "-$client"
  expect_code "$interrupted" wait "$client"
  note "Bazel ended after $(milliseconds_between "$interrupted_at" "$(now)") ms"
  is_gone "$child" || fail "the holder's child is still there"

  bazel_test //faults:next
  expect_no_wait //faults:next
}

# expect_no_wait TARGET: according to the runner.
expect_no_wait() {
  local waited
  waited=$(sed -n 's/^interlock: PASS .* waited \([0-9.]*\) s)$/\1/p' "$(log_of "$1")")
  note "the next test waited $waited s"
  [[ $waited == 0.* ]] || fail 'which is too long'
}

timeout_while_holding() {
  expect_code "$tests_failed" bazel_test //faults:first_or_second //faults:bystander --test_timeout=4
  if has_said end //faults:first_or_second; then fail 'it ended before the time was up'; fi
  has_said end //faults:bystander || fail 'the bystander did not end'
  expect_text "timed out: the test&#39;s time is up (TEST_TIMEOUT is 4s" "$(xml_of //faults:first_or_second)"
  note "test.xml says that its time was up, and the others went on"
  bazel_test //faults:next
  expect_no_wait //faults:next
}

timeout_while_waiting() {
  start_holder //faults:holder
  expect_code "$tests_failed" bazel_test //faults:next //faults:bystander --test_timeout=4
  if has_said start //faults:next; then fail 'the waiter ran beside the holder'; fi
  has_said end //faults:bystander || fail 'the bystander did not end'
  touch "$CONTENTION_DIR/release"
  wait "$client"
  expect_text "not run: the test&#39;s time is up (TEST_TIMEOUT is 4s" "$(xml_of //faults:next)"
  expect_text 'while it waited for //resources:db since' "$(xml_of //faults:next)"
  expect_text 'interlock: next waits for //resources:db since' "$(log_of //faults:next)"
  note "test.xml and the log name the group, and the others went on"
}

daemon_is_gone() {
  start_holder //faults:leaves_a_daemon
  local daemon
  await test -s "$CONTENTION_DIR/daemon"
  daemon=$(<"$CONTENTION_DIR/daemon")
  bazel_test //faults:next
  wait "$client"
  is_gone "$daemon" || fail 'the daemon outlived its test'
  expect_handoff "$(field microseconds "$(said end //faults:leaves_a_daemon)")" //faults:next
}

# Bazel's server dies, and the next one knows nothing of the test, nor of the lock files, because
# no action cache was saved.
server_is_killed() {
  local server line child outlived=
  server=$(<"$(bazel info output_base)/server/server.pid.txt")
  in_background bazel_test //faults:holder --strategy=TestRunner="$1"
  await has_said start //faults:holder
  line=$(said start //faults:holder)
  child=$(process "$(field pid "$line")" "$line")
  kill -KILL "$server"
  if wait "$client"; then fail 'Bazel ended well without its server'; fi
  if is_gone "$child"; then note 'the test died with it'; else note 'the test outlived it' && outlived=1; fi
  in_background bazel_test //faults:next
  if [[ $outlived ]]; then
    sleep 5
    if has_said start //faults:next; then fail 'the next one does not wait for the holder'; fi
    touch "$CONTENTION_DIR/release"
  fi
  await has_said start //faults:next
  is_gone "$child" || fail 'the holder goes on beside the next one'
  wait "$client"
  if [[ ! $outlived ]] && has_said end //faults:holder; then fail 'the holder went on'; fi
}

# A run that holds a group while its lock files are removed, so that others would lock new ones.
files_are_cleaned_away() {
  start_holder //faults:holder
  local line child cleaned_at
  line=$(said start //faults:holder)
  child=$(process "$(field pid "$line")" "$line")
  bazel clean || bazel clean # it fails if the run writes its report meanwhile
  cleaned_at=$(now)
  await is_gone "$child"
  note "its program was gone $(milliseconds_between "$cleaned_at" "$(now)") ms later"
  if wait "$client"; then fail 'the holder passed'; fi
  if has_said end //faults:holder; then fail 'the holder went on'; fi
  bazel_test //faults:next
  build_tools # they are cleaned away, too
}
