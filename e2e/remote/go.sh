# shellcheck shell=bash
#
# Go, for scripts of this folder: the cluster is a Go module of its own. Bazel's rules for Go use the one in /usr/local,
# too.

go_program() {
  type -P go || type -P /usr/local/go/bin/go || {
    echo 'e2e/remote: there is no Go' >&2
    echo 'hint: install Go, and put it on PATH' >&2
    exit 1
  }
}
