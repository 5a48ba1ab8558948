# shellcheck shell=bash
#
# What every proof needs: a folder of its own for what the tests write, and a line for its result.

passed=0
failed=0
# A regular expression for the titles of the proofs to run; empty for all.
only=

# set_up makes a folder that every sandbox shows at the same path: not in /tmp, because
# linux-sandbox gives each test a /tmp of its own. Every proof gets a folder of its own below it.
set_up() {
  results=$(mktemp -d /var/tmp/contention.XXXXXX)
  export CONTENTION_DIR=$results/now
  trap clean_up EXIT
}

# The output of a failed proof is kept.
clean_up() {
  if ((failed == 0)); then rm -rf "$results"; fi
}

# prove TITLE FUNCTION [ARG...]: runs the function, which fails by exiting with anything but 0,
# and prints its result and its notes in one line.
prove() {
  local title=$1 code=0 start=$SECONDS
  shift
  if [[ ! $title =~ $only ]]; then return; fi
  mkdir "$CONTENTION_DIR"
  # Not as a condition: bash would ignore `set -e` in the function.
  set +e
  (
    trap end_what_is_left EXIT
    set -e
    "$@"
  ) >"$CONTENTION_DIR/output" 2>&1 </dev/null
  code=$?
  set -e
  local name=$1${2:+-$2}
  mv "$CONTENTION_DIR" "$results/$name"
  if ((code == 0)); then
    passed=$((passed + 1))
    printf 'ok     %s: %s (%d s)\n' "$title" "$(notes_of "$name")" $((SECONDS - start))
    return
  fi
  failed=$((failed + 1))
  tail -n 40 "$results/$name/output" | sed 's/^/       | /'
  printf 'FAILED %s: see %s\n' "$title" "$results/$name"
}

end_what_is_left() {
  local pid
  for pid in $(jobs -p); do
    kill -TERM -- "-$pid" 2>/dev/null || true
    kill -CONT -- "-$pid" 2>/dev/null || true # what was stopped
  done
  wait
}

# note TEXT: a figure or a fact for the line of the result.
note() { printf '%s\n' "$1" | tee -a "$CONTENTION_DIR/notes"; }

notes_of() {
  local file=$results/$1/notes
  if [[ -e $file ]]; then sed -z 's/\n$//; s/\n/; /g' "$file"; fi
}

# fail TEXT: ends the proof.
fail() {
  echo "$1" >&2
  exit 1
}

# expect_code WANTED COMMAND [ARG...]
expect_code() {
  local wanted=$1 code=0
  shift
  "$@" || code=$?
  ((code == wanted)) || fail "'$*' exited with $code, not with $wanted"
}

# expect_text TEXT FILE
expect_text() {
  grep -qF -- "$1" "$2" || fail "$2 does not say '$1', but: $(cat "$2")"
}

report() {
  echo "$passed proofs ok, $failed FAILED"
  ((passed > 0 && failed == 0))
}
