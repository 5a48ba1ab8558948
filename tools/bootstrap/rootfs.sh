#!/usr/bin/env bash
#
# Usage: rootfs.sh unpack ROOT MIRROR
#        rootfs.sh install ROOT
#
# Makes ROOT a Debian root file system with Bazel, Go and what ordinary tests call. The suite is the
# first one with a Bazel that knows Bzlmod.
set -euo pipefail

readonly suite=forky
# debootstrap on an older Debian has no script named after a newer suite; unstable's fits all.
readonly script=/usr/share/debootstrap/scripts/sid
readonly packages=(
  bazel-bootstrap bazel-rules-shell # Bazel
  golang-1.26-go                    # rules_go's SDK
  g++                               # cgo, the race detector, cc_* rules
  git ca-certificates               # fetching
  procps python3 unzip zip          # what tests and Bazel's own test-setup.sh call
  python3-pip                       # fetching what Python tests import
  postgresql                        # examples/postgres, e2e/services
  redis-server                      # e2e/services
  etcd-server                       # e2e/contention
)
readonly goroot=/usr/lib/go-1.26
# Whose signature the mirror's lists of packages must have; newer Debians call it .pgp.
readonly keyrings=(/usr/share/keyrings/debian-archive-keyring.{gpg,pgp})
# shellcheck source=tools/bootstrap/log.sh
source "$(dirname "$0")/log.sh"

unpack() {
  local root=$1 mirror=$2 keyring
  keyring=$(keyring)
  debootstrap --force-check-gpg --keyring="$keyring" --variant=minbase "$suite" "$root" "$mirror" "$script"
  copy_apt_settings "$root"
  touch "$root/etc/hosts" "$root/etc/resolv.conf"
}

# Without a keyring debootstrap would warn, and take what anybody on the way has put into the packages.
keyring() {
  local file
  for file in "${keyrings[@]}"; do
    if [[ -s $file ]]; then
      printf '%s\n' "$file"
      return
    fi
  done
  die "no keyring of Debian to check the packages' signatures by: there is no ${keyrings[0]}" \
    'Run `apt-get install debian-archive-keyring`, and start tools/bazel again.'
}

# How the machine's apt reaches its mirror: proxies, certificates, what to make of its clock.
copy_apt_settings() {
  local folder=$1/etc/apt bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
  {
    apt-config dump --format '%F "%v";%n' | grep -E '^Acquire::(Check|http|https|Retries)' || true
    if [[ -e $bundle ]]; then
      cp "$bundle" "$folder/machine.crt"
      echo 'Acquire::https::CAInfo "/etc/apt/machine.crt";'
    fi
  } >"$folder/apt.conf.d/00machine"
}

install() {
  local root=$1
  export DEBIAN_FRONTEND=noninteractive
  start_no_services "$root"
  leave_out_the_main_cluster "$root"
  "$(dirname "$0")/enter.sh" "$root" apt-get update
  "$(dirname "$0")/enter.sh" "$root" apt-get install --yes --no-install-recommends "${packages[@]}"
  "$(dirname "$0")/enter.sh" "$root" apt-get clean
  ln -s "$goroot"/bin/{go,gofmt} "$root/usr/local/bin/"
}

# The machine's /run is in here too, and by it packages would ask the machine's systemd to start their services.
start_no_services() {
  local policy=$1/usr/sbin/policy-rc.d
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
}

# Tests start servers of their own; Debian's package would make, and start, one for the machine.
leave_out_the_main_cluster() {
  local folder=$1/etc/postgresql-common/createcluster.d
  mkdir -p "$folder"
  echo 'create_main_cluster = false' >"$folder/no_main_cluster.conf"
}

"$@"
