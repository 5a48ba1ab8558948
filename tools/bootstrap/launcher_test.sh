#!/usr/bin/env bash
#
# Tests of launch.sh, by a launcher with stand-ins for all the programs that it may run; of
# key.sh; of what setup.sh and rootfs.sh refuse; and of the folder that enter.sh makes.
# main calls the checks by their prefix; and programs are written in single quotes.
# shellcheck disable=SC2329,SC2016
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly needed_programs=(bash cat env readlink touch)

# Every check_* function below, each in a folder of its own and in a subshell, which it may leave.
main() {
  local check failed=0
  for check in $(compgen -A function check_); do
    # Not a condition: bash ignores `set -e` in those.
    set +e
    (
      set -e
      set_up_machine
      "$check"
    )
    local status=$?
    set -e
    if ((status)); then
      echo "FAILED: $check" >&2
      failed=1
    fi
  done
  exit "$failed"
}

# A machine with the launcher and nothing else: neither Bazel nor Bazelisk, no Debian, not root.
set_up_machine() {
  machine=$(mktemp -d "${TEST_TMPDIR:-${TMPDIR:-/tmp}}/machine.XXXXXX")
  mkdir -p "$machine"/{bin,first,second,tools/bootstrap}
  local program
  for program in "${needed_programs[@]}"; do
    ln -s "$(type -P "$program")" "$machine/bin"
  done
  cp "$here"/{launch,log}.sh "$machine/tools/bootstrap"
  make_program "$machine/tools/bootstrap/setup.sh" 'echo "setup.sh: $*"'
  make_launcher "$machine/tools/bazel"
  path=$machine/first:$machine/second:$machine/bin
  unset BAZEL_REAL RULES_INTERLOCK_BOOTSTRAP RULES_INTERLOCK_PROBE
  machine_is nothing
}

make_program() {
  printf '#!/usr/bin/env bash\n%s\n' "$2" >"$1"
  chmod +x "$1"
}

# tools/bazel, except for the machine that it believes to be on.
make_launcher() {
  mkdir -p "${1%/*}"
  make_program "$1" "
    set -euo pipefail
    launcher=\$(readlink -f \"\$0\")
    source '$machine/tools/bootstrap/launch.sh'
    source '$machine/probes.sh'
    launch \"\$@\""
}

# machine_is {nothing | debian | debian_with_root}
machine_is() {
  case $1 in
    nothing) echo 'is_debian() { false; }; is_root() { true; }' ;;
    debian) echo 'is_debian() { true; }; is_root() { false; }' ;;
    debian_with_root) echo 'is_debian() { true; }; is_root() { true; }' ;;
  esac >"$machine/probes.sh"
}

# make_bazel FOLDER VERSION_LINE: a Bazel that prints where it is and what it is asked.
make_bazel() {
  mkdir -p "$machine/$1"
  make_program "$machine/$1/bazel" \
    "if [[ \$1 == --version ]]; then echo '$2'; else echo '$1/bazel:' \"\$@\"; fi"
}

launcher() {
  PATH=$path "$machine/tools/bazel" "$@"
}

# prints WANTED COMMAND...: fails unless COMMAND prints just that, errors included, and exits with 0.
prints() {
  local wanted=$1 got status=0
  shift
  got=$("$@" 2>&1) || status=$?
  if [[ $got != "$wanted" || $status != 0 ]]; then
    printf 'wanted: %s\ngot:    %s\nexit code: %d\n' "$wanted" "$got" "$status" >&2
    return 1
  fi
}

# says_how_to_install [MORE]: fails unless the launcher gives up with an error that names Bazelisk, and MORE.
says_how_to_install() {
  local got status=0
  got=$(launcher info 2>&1) || status=$?
  if [[ $status != 1 || $got != *'Install Bazelisk, https://'* || $got != *"${1:-}"* ]]; then
    printf 'exit code: %d; got: %s\n' "$status" "$got" >&2
    return 1
  fi
}

# --- BAZEL_REAL

check_bazel_real_gets_all_arguments() {
  make_program "$machine/real" 'printf "<%s>" "$@"'
  make_bazel first 'bazel 8.0.0'
  BAZEL_REAL=$machine/real prints '<run><//a:b><--><two words><><*>' \
    launcher run //a:b -- 'two words' '' '*'
}

check_bazel_real_exit_code() {
  make_program "$machine/real" 'exit 37'
  local status=0
  BAZEL_REAL=$machine/real launcher build || status=$?
  [[ $status == 37 ]]
}

check_bazel_real_is_the_same_process() {
  make_program "$machine/real" 'echo $$'
  make_program "$machine/caller" "echo \$\$; BAZEL_REAL=$machine/real exec $machine/tools/bazel"
  local pids
  mapfile -t pids < <(PATH=$path "$machine/caller")
  [[ ${#pids[@]} == 2 && ${pids[0]} == "${pids[1]}" ]]
}

check_bazel_real_is_run_when_asked_for_its_version() {
  make_program "$machine/real" 'echo real'
  BAZEL_REAL=$machine/real RULES_INTERLOCK_PROBE=1 prints real launcher --version
}

# --- a Bazel on PATH

check_recent_bazels() {
  local version
  for version in 7.4.0 7.4.1- 7.7.1 '7.10.0 (@non-git)' 8.0.0rc1 9.1.2 10.0.0; do
    make_bazel first "bazel $version"
    prints 'first/bazel: query a b' launcher query a b
  done
}

check_other_bazels_are_skipped() {
  local version
  make_bazel second 'bazel 7.4.0'
  for version in 'bazel 7.3.2' 'bazel 6.5.0' 'bazel 0.29.1' 'bazel no_version' 'bazel' 'Bazelisk 8.0' ''; do
    make_bazel first "$version"
    prints 'second/bazel: query' launcher query
  done
}

check_bazel_that_fails_is_skipped() {
  make_program "$machine/first/bazel" 'echo bazel 8.0.0; exit 1'
  make_bazel second 'bazel 7.4.0'
  prints 'second/bazel: query' launcher query
}

check_bazel_exit_code() {
  make_program "$machine/first/bazel" 'if [[ $1 == --version ]]; then echo bazel 8.0.0; else exit 3; fi'
  local status=0
  launcher test || status=$?
  [[ $status == 3 ]]
}

check_bazel_reads_the_callers_stdin() {
  make_program "$machine/first/bazel" 'cat; if [[ $1 == --version ]]; then echo bazel 8.0.0; fi'
  prints input launcher run <<<input
}

check_bazel_comes_before_bazelisk() {
  make_program "$machine/first/bazelisk" 'echo bazelisk'
  make_bazel second 'bazel 7.4.0'
  prints 'second/bazel: query' launcher query
}

check_path_with_spaces() {
  make_bazel 'a folder' 'bazel 7.4.0'
  path="$machine/a folder:$path"
  prints 'a folder/bazel: query' launcher query
}

# --- Bazelisk

check_bazelisk_when_bazel_is_old() {
  make_bazel first 'bazel 6.5.0'
  make_program "$machine/second/bazelisk" 'echo "bazelisk: $*"'
  prints 'bazelisk: test //...' launcher test //...
}

check_bazelisk_alone() {
  make_program "$machine/first/bazelisk" 'echo "bazelisk: $*"; exit 0'
  prints 'bazelisk: --version' launcher --version
}

# Bazelisk installed under Bazel's name finds this launcher in the workspace, and calls it.
check_bazelisk_named_bazel() {
  make_program "$machine/real" 'if [[ $1 == --version ]]; then echo bazel 8.1.0; else echo "real: $*"; fi'
  make_program "$machine/first/bazel" "BAZEL_REAL=$machine/real exec $machine/tools/bazel \"\$@\""
  prints 'real: build' launcher build
}

# --- itself on PATH

check_launcher_on_path() {
  ln -s "$machine/tools/bazel" "$machine/first/bazel"
  make_bazel second 'bazel 7.4.0'
  prints 'second/bazel: query' launcher query
}

check_launcher_on_path_alone() {
  ln -s "$machine/tools/bazel" "$machine/first/bazel"
  says_how_to_install
}

# Another clone's launcher, or a script that calls one, would call this one, and so on for ever.
check_wrappers_of_launchers_on_path() {
  make_launcher "$machine/clone/bazel"
  make_program "$machine/first/bazel" "$(at_most_twice) exec $machine/clone/bazel \"\$@\""
  make_program "$machine/second/bazel" "$(at_most_twice) exec $machine/tools/bazel \"\$@\""
  says_how_to_install
  [[ ! -e $machine/ran_away ]]
}

# The beginning of a program that ends, and leaves a mark, when it is called from within itself.
at_most_twice() {
  echo "export DEPTH=\$((\${DEPTH:-0} + 1))"
  echo "if ((DEPTH > 2)); then touch $machine/ran_away; exit 1; fi;"
}

# --- nothing on PATH

check_no_debian() {
  says_how_to_install 'no Bazel 7.4 or newer and no Bazelisk on PATH'
}

check_debian_but_not_root() {
  machine_is debian
  says_how_to_install 'run tools/bazel as root'
}

check_debian_and_root() {
  machine_is debian_with_root
  prints 'setup.sh: test //...' launcher test //...
}

check_bootstrap_skips_what_there_is() {
  machine_is debian_with_root
  make_bazel first 'bazel 8.0.0'
  BAZEL_REAL=$machine/first/bazel RULES_INTERLOCK_BOOTSTRAP=1 prints 'setup.sh: info' launcher info
}

check_bootstrap_without_debian() {
  make_bazel first 'bazel 8.0.0'
  RULES_INTERLOCK_BOOTSTRAP=1 says_how_to_install 'RULES_INTERLOCK_BOOTSTRAP is set'
}

# --- setup.sh

check_cache_folder_with_a_space() {
  local got status=0
  got=$(XDG_CACHE_HOME="$machine/a cache" "$here/setup.sh" info 2>&1) || status=$?
  [[ $status == 1 && $got == *'Set XDG_CACHE_HOME to another folder.'* && ! -e $machine/a\ cache ]]
}

# --- rootfs.sh

# rootfs.sh with a debootstrap that prints what it is asked, on a machine with keyrings of its own.
unpacked() {
  mkdir -p "$machine/etc/apt/apt.conf.d"
  make_program "$machine/first/debootstrap" 'echo "debootstrap: $*"'
  make_program "$machine/first/apt-config" 'true'
  sed "s|/usr/share/keyrings|$machine/keyrings|" "$here/rootfs.sh" >"$machine/tools/bootstrap/rootfs.sh"
  PATH=$machine/first:$PATH bash "$machine/tools/bootstrap/rootfs.sh" unpack "$machine" the-mirror 2>&1
}

check_debootstrap_insists_on_a_signature() {
  mkdir "$machine/keyrings"
  local kind got
  for kind in pgp gpg; do
    echo keys >"$machine/keyrings/debian-archive-keyring.$kind"
    got=$(unpacked)
    [[ $got == *" --force-check-gpg --keyring=$machine/keyrings/debian-archive-keyring.$kind "* ]]
    [[ $got != *--no-check-gpg* ]]
  done
}

check_no_debootstrap_without_a_keyring() {
  mkdir "$machine/keyrings"
  : >"$machine/keyrings/debian-archive-keyring.gpg"
  local got status=0
  got=$(unpacked) || status=$?
  [[ $status == 1 && $got != *debootstrap:* ]]
  [[ $got == *"error: no keyring of Debian to check the packages' signatures by: there is no $machine/keyrings/"* ]]
  [[ $got == *'Run `apt-get install debian-archive-keyring`'* ]]
}

check_nothing_goes_unchecked() {
  ! grep -rnE -e '(no-check-gpg|AllowUnauthenticated|AllowInsecure|allow-unauthenticated|trusted=yes)' "$here"/{rootfs,install_debootstrap,setup,build}.sh
}

# --- enter.sh

# made_by UMASK: the mode of the folder for what belongs to the whole machine.
made_by() {
  (
    eval "$(sed -n '/^bind_folders_of_interlock()/,/^}/p' "$here/enter.sh" |
      sed "s|/var/lib/interlock|$machine/$1/lib/interlock|")"
    bind() { :; }
    umask "$1"
    bind_folders_of_interlock /nowhere
  )
  stat -c %a "$machine/$1/lib/interlock" "$machine/$1/lib"
}

check_the_machines_folder_is_for_all_whatever_the_umask() {
  local mask
  for mask in 000 002 022 077; do
    [[ $(made_by "$mask") == 755$'\n'755 ]]
  done
}

# --- key.sh

make_keyed_folder() {
  mkdir -p "$machine/keyed/"{stubs/module,coverage}
  touch "$machine/keyed/"{bazelrc,build.sh,launch.sh,BUILD.bazel,coverage/BUILD.bazel}
  touch "$machine/keyed/stubs/module/"{BUILD.bazel,a.bzl}
}

keyed() {
  (
    # shellcheck source=tools/bootstrap/key.sh
    source "$here/key.sh"
    key "$machine/keyed"
  )
}

check_key_covers_what_makes_a_set_up() {
  make_keyed_folder
  local before file
  for file in bazelrc build.sh stubs/module/BUILD.bazel stubs/module/a.bzl coverage/merge.py; do
    before=$(keyed)
    [[ $before =~ ^[0-9a-f]{16}$ ]]
    echo changed >>"$machine/keyed/$file"
    [[ $(keyed) != "$before" ]]
  done
  before=$(keyed)
  mv "$machine/keyed/coverage/merge.py" "$machine/keyed/renamed.py"
  [[ $(keyed) != "$before" ]]
}

check_key_leaves_tests_out() {
  make_keyed_folder
  local before file
  before=$(keyed)
  for file in README.md stubs/README.md a_test.sh stubs/b_test.py BUILD.bazel coverage/BUILD.bazel launch.sh; do
    echo changed >>"$machine/keyed/$file"
    [[ $(keyed) == "$before" ]]
  done
}

main
