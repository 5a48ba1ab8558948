# shellcheck shell=bash
#
# A second Bazel server beside the first: one for a copy of this workspace, with an output base of
# its own.

# find_neighbour: sets the variable neighbour, a folder for both. It stays for the next run.
find_neighbour() { neighbour=$(bazel info output_base 2>/dev/null)-neighbour; }

# make_neighbour: copies the workspace.
make_neighbour() {
  mkdir -p "$neighbour/workspace"
  find "$neighbour/workspace" -mindepth 1 -delete
  find . -mindepth 1 -maxdepth 1 ! -name 'bazel-*' -exec cp -r -t "$neighbour/workspace" {} +
  sed -i "s|path = \"../..\"|path = \"$(realpath ../..)\"|" "$neighbour/workspace/MODULE.bazel"
}

# in_neighbour COMMAND...: runs a function with the neighbour's Bazel.
in_neighbour() {
  local workspace=$neighbour/workspace startup=(--output_base="$neighbour/output")
  "$@"
}

# Its server holds memory that nobody needs any more.
stop_neighbour() {
  if [[ -d $neighbour/workspace ]]; then in_neighbour bazel shutdown 2>/dev/null; fi
}

# keyed_tests COMMAND PACKAGE BUILD: Bazel's command for all tests of a package, as a build with
# that name.
keyed_tests() {
  CONTENTION_BUILD=$3 as_test "$1" "//$2" --runs_per_test=2 --build_event_json_file="$CONTENTION_DIR/$3.json"
}

# keyed_scripts KEY LOCK_FLAG...: scripts that use the groups whose keys begin with KEY, as tests
# do, two of each at the same time; adds their process numbers to the array scripts.
keyed_scripts() {
  local key=$1 n
  shift
  for n in 1 2; do script "read_$n" pool=shared "$key/pool" --capacity=3 --shared "$@" -- work 0.15 & scripts+=($!); done
  sleep 1 # so that nothing comes between these two, and they share the group
  for n in 1 2; do
    script "db_$n" db "$key/db" "$@" -- work 0.15 & scripts+=($!)
    script "small_$n" pool "$key/pool" --capacity=3 "$@" -- work 0.15 & scripts+=($!)
    script "big_$n" pool=2 "$key/pool" --capacity=3 --weight=2 "$@" -- work 0.15 & scripts+=($!)
  done
}

# gates KEY LOCK_FLAG...: scripts that hold all of these groups until they are released; adds them to scripts.
gates() {
  local key=$1
  shift
  script gate_db db "$key/db" "$@" -- stay_until_released & scripts+=($!)
  script gate_pool pool=3 "$key/pool" --capacity=3 --weight=3 "$@" -- stay_until_released & scripts+=($!)
  script gate_port port "$key/port" "$@" -- stay_until_released & scripts+=($!)
  await has_said start gate_db
  await has_said start gate_pool
  await has_said start gate_port
}

readonly keyed_script_names=gate_db,gate_pool,gate_port,db_1,small_1,big_1,read_1,db_2,small_2,big_2,read_2

# servers_and_scripts_contend SCOPE KEY LOCK_FLAG...: with the tests of the package //SCOPE.
# Nobody gets a group until both servers wait.
servers_and_scripts_contend() {
  local scope=$1 key=$2 left right pid scripts=()
  shift 2
  keyed_tests build "$scope" left
  in_neighbour keyed_tests build "$scope" right
  gates "$key" "$@"
  in_background keyed_tests test "$scope" left
  left=$client
  in_background in_neighbour keyed_tests test "$scope" right
  right=$client
  await both_wait "$scope"
  keyed_scripts "$key" "$@"
  touch "$CONTENTION_DIR/release"
  for pid in "${scripts[@]}" "$left" "$right"; do wait "$pid"; done
}

# both_wait SCOPE: whether more tests wait than one server runs at the same time.
both_wait() {
  (($(interlock status --scope="$1" --json | grep -oE "\"target\":\"//$1:" | wc -l) > jobs))
}

# check_servers CHECKER_FLAG...
check_servers() {
  expect_code 0 checker -events "left=$CONTENTION_DIR/left.json" -events "right=$CONTENTION_DIR/right.json" \
    -scripts "$keyed_script_names" -capacity db=1,pool=3,port=1 -sandbox linux-sandbox "$@"
  note "$(tail -n 1 "$CONTENTION_DIR/findings")"
}
