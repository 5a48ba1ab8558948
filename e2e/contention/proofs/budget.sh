# shellcheck shell=bash
#
# The running budget. No test can ask for less than a minute of it, so the rule configured_test
# gives these tests ten seconds.

waiting_is_not_running() {
  bazel_test //budget:waits_{1..20} --jobs=24 --local_test_jobs=24
  local count longest
  count=$(grep -c '^{"event":"end",' "$CONTENTION_DIR/log")
  longest=$(cat bazel-testlogs/budget/waits_*/test.log | sed -n 's/^interlock: PASS .* waited \([0-9.]*\) s)$/\1/p' | sort -n | tail -n 1)
  ((count == 20)) || fail "$count tests ended, not 20"
  # One after the other: start, end, start, end, …
  (($(cut -d , -f 1 "$CONTENTION_DIR/log" | uniq | wc -l) == 2 * count)) || fail 'some ran at once'
  ((${longest%.*} > 60)) || fail "the longest wait was $longest s, which proves little"
  note "20 tests of 4 s took turns, with a budget of 10 s each"
  note "the last waited $longest s"
}

running_beyond_the_budget() {
  expect_code "$tests_failed" bazel_test //budget:runs_too_long
  if has_said end //budget:runs_too_long; then fail 'it was not stopped'; fi
  expect_text 'ran for longer than its size or timeout allows' "$(xml_of //budget:runs_too_long)"
  note 'a test of 14 s is stopped'
}
