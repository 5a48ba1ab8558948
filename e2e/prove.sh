# shellcheck shell=bash
#
# For scripts that prove one thing after another and go on if one fails. Each ends with `exit "$failed"`.

failed=0

# prove WHAT COMMAND...: says whether the command succeeds, and if not, what it said at last.
prove() {
  local what=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "ok     $what"
  else
    echo "FAILED $what:"
    tail -n 30 <<<"$output"
    # shellcheck disable=SC2034 # whoever sources this ends with it
    failed=1
  fi
}
