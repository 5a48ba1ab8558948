#!/bin/sh
# Copies the generated Markdown, given by its path among the runfiles, into the source tree.
set -eu
: "${BUILD_WORKSPACE_DIRECTORY:?run me with: bazel run //docs:update}"
cp -f "$1" "$BUILD_WORKSPACE_DIRECTORY/docs/rules.md"
chmod 644 "$BUILD_WORKSPACE_DIRECTORY/docs/rules.md"
