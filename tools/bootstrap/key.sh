# shellcheck shell=bash
#
# To be sourced.

# key FOLDER: a hash of all that decides what the set-up makes: of every file in this folder, but
# for tests, documents and what only chooses a Bazel. Files' names count, too.
key() {
  local sum
  sum=$(
    cd "$1" || exit
    find . -type f \
      ! -name '*_test.*' ! -name '*.md' ! -path ./BUILD.bazel ! -path ./coverage/BUILD.bazel \
      ! -path ./launch.sh -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
  )
  printf '%s\n' "${sum:0:16}"
}
