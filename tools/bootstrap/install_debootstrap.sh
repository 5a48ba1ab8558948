#!/usr/bin/env bash
#
# Installs debootstrap on the machine, with what it checks signatures by; the one thing that the set-up
# changes outside of its folder.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
readonly wait_for_others=(-o DPkg::Lock::Timeout=300)

apt-get "${wait_for_others[@]}" update
apt-get "${wait_for_others[@]}" install --yes --no-install-recommends \
  debootstrap debian-archive-keyring gpgv
