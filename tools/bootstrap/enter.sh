#!/usr/bin/env bash
#
# Usage: enter.sh ROOT COMMAND [ARG...]
#
# Becomes COMMAND, with ROOT as its root file system and the machine's own folders (home, /tmp, the
# workspace, ...) at their usual paths. The process stays the same one from the caller's shell to
# COMMAND, so its exit code, its signals and its terminal are COMMAND's.
#
# This is pivot_root in a mount namespace of its own rather than chroot: the kernel denies user
# namespaces, and with them Bazel's linux-sandbox, to a process in a chroot. When the last process
# in the namespace ends, the kernel drops the mounts; nothing has to be unmounted.
set -euo pipefail

# What belongs to the distribution comes from ROOT; everything else in / is the machine's.
readonly distribution_folders=' bin boot etc lib lib32 lib64 libx32 lost+found sbin usr var '
readonly machine_files=(/etc/hosts /etc/resolv.conf)
readonly ca_bundle=/etc/ssl/certs/ca-certificates.crt

main() {
  if [[ ${1:-} != --in-namespace ]]; then
    exec unshare --mount --propagation slave bash "$0" --in-namespace "$@"
  fi
  local root=$2
  shift 2
  local folder=$PWD
  mount --bind "$root" "$root"
  # Unbindable: the home folder holds ROOT, and must not bring it along when it is bound into it.
  mount --make-unbindable "$root"
  bind_top_level_folders "$root"
  local extra
  for extra in /var/tmp "$HOME" "${XDG_CACHE_HOME:-$HOME/.cache}" "$(outermost_workspace "$folder")"; do
    bind_unless_visible "$root" "$extra"
  done
  bind_machine_files "$root"
  bind_folders_of_interlock "$root"
  become_root_of "$root"
  cd "$folder"
  set_environment
  exec "$@"
}

bind_top_level_folders() {
  local root=$1 folder
  for folder in /*; do
    if [[ -d $folder && ! -L $folder && $distribution_folders != *" ${folder#/} "* ]]; then
      bind "$folder" "$root"
    fi
  done
}

# A folder below one of the distribution's (a home in /var/lib, say) needs a mount of its own.
bind_unless_visible() {
  local root=$1 folder=$2 top
  top=${folder#/} top=${top%%/*}
  if [[ -d $folder && $distribution_folders == *" $top "* ]]; then
    bind "$folder" "$root"
  fi
}

# Where runners look for what is of the whole machine: its coordinator, and its locks of scope host.
# All users must be able to enter it, and none but root to write there, whatever root's umask is.
bind_folders_of_interlock() {
  local root=$1 folder
  (umask 022 && mkdir -p /var/lib/interlock)
  for folder in /etc/interlock /var/lib/interlock; do
    if [[ -d $folder ]]; then bind "$folder" "$root"; fi
  done
}

bind() {
  local folder=$1 root=$2
  if [[ ! -d $root$folder ]]; then mkdir -p "$root$folder"; fi
  mount --rbind "$folder" "$root$folder"
}

bind_machine_files() {
  local root=$1 file
  for file in "${machine_files[@]}"; do
    if [[ -e $file ]]; then mount --bind "$file" "$root$file"; fi
  done
  local bundle=${SSL_CERT_FILE:-$ca_bundle}
  # The root file system has none yet while its packages are installed.
  if [[ -e $bundle && -e $root$ca_bundle ]]; then mount --bind "$bundle" "$root$ca_bundle"; fi
}

# The outermost folder that holds a module and the given folder: a module may refer to the one that
# it lies in (local_path_override with "..").
outermost_workspace() {
  local folder=$1 found=$1
  while [[ $folder != / && $folder != . ]]; do
    if [[ -e $folder/MODULE.bazel || -e $folder/WORKSPACE ]]; then found=$folder; fi
    folder=${folder%/*}
    folder=${folder:-/}
  done
  printf '%s\n' "$found"
}

# pivot_root(2) documents this form: the old root ends up mounted over the new one, and goes.
become_root_of() {
  cd "$1"
  pivot_root . .
  umount --lazy .
  # Unbindable no more, or sandboxes in here could not bind parts of this root.
  mount --make-private /
}

# Everything is kept but what names tools of the machine, which are not here.
set_environment() {
  unset JAVA_HOME GOROOT GOTOOLDIR
  export SSL_CERT_FILE=$ca_bundle
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
}

main "$@"
