#!/usr/bin/env bash
#
# Usage: coverage_tools.sh STATE
#
# Runs inside the root file system. Makes STATE/coverage_tools, which the settings put in the place
# of the repository that bazel_tools downloads for `bazel coverage`: its two targets and no more.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
readonly here
readonly folder=$1/coverage_tools

mkdir "$folder"
cp "$here/coverage/lcov_merge.py" "$folder"
touch "$folder/REPO.bazel"
cat >"$folder/BUILD.bazel" <<'END'
package(default_visibility = ["//visibility:public"])

# A filegroup of one file stands for that program wherever an executable is asked for.
filegroup(
    name = "lcov_merger",
    srcs = ["lcov_merge.py"],
)

filegroup(
    name = "coverage_report_generator",
    srcs = ["lcov_merge.py"],
)
END
