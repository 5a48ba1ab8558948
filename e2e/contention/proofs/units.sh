# shellcheck shell=bash
#
# Instances and rates, of scope build.

readonly starts_cases=TestAPI1,TestAPI2,TestAPI3,TestAPI4

# For the checker, each instance is a resource of its own, according to both variables. If starts
# were forgotten with the processes of the first build, the second build would begin with a burst.
instances_and_rates() {
  bazel_test //instances/... //rates:first --runs_per_test=2 --build_event_json_file="$CONTENTION_DIR/first.json"
  bazel_test //rates:second --build_event_json_file="$CONTENTION_DIR/second.json"
  expect_code 0 checker -events "$CONTENTION_DIR/first.json" -events "$CONTENTION_DIR/second.json" \
    -sandbox linux-sandbox -capacity pair=2,pair/left=1,pair/right=1,pair/0-left=1,pair/1-right=1,api=2 \
    -rate api=6/4s -cases "//rates:first_go_test=$starts_cases" -cases "//rates:second_go_test=$starts_cases"
  note "$(tail -n 1 "$CONTENTION_DIR/findings")"
}
