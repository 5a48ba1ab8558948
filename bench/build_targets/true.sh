#!/usr/bin/env bash
# Passes.
