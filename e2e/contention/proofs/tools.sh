# shellcheck shell=bash
#
# What is built once, for all proofs: the checker and the command interlock.

# The exit code of `interlock lock` for a group that was not available.
readonly unavailable=69

build_tools() {
  if ! bazel build --color=no --curses=no --noshow_progress //checker //tools:interlock >"$results/tools.log" 2>&1; then
    cat "$results/tools.log" >&2
    return 1
  fi
}

# checker FLAG...: checks the log; its findings are in the file findings.
checker() { bazel-bin/checker/checker_/checker "$@" "$CONTENTION_DIR/log" >"$CONTENTION_DIR/findings"; }

interlock() { bazel-bin/tools/interlock "$@"; }

# script NAME USES LOCK_ARGUMENT... -- BEHAVIOUR...: is not a test, and runs the tests' program
# while it holds a group.
script() {
  local name=$1 uses=$2 key=${3//\//_} arguments=()
  shift 2
  while [[ $1 != -- ]]; do arguments+=("$1") && shift; done
  shift
  local fences=
  if [[ ${arguments[*]} == *--scope=cluster* ]]; then fences=${uses%%=*}=@INTERLOCK_${key^^}_FENCE; fi
  TEST_TARGET=$name USES=$uses FENCES=$fences interlock lock "${arguments[@]}" -- program/program.sh "$@"
}
