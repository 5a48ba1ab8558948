#!/usr/bin/env bash
#
# Asks whether the server answers. The group's variables say where it is.
set -euo pipefail

pg_isready --dbname=postgres --quiet
