#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Freehold authors
# SPDX-License-Identifier: Apache-2.0
#
# Everything about the contracts: fetches forge and the compiler by npm, runs all tests, compares the gas of each call with the
# committed one (gas/), and compares what ledger has in its jar with what the sources give. --update writes both instead.
set -euo pipefail
cd "$(dirname "$0")"
check=true
if [ "${1:-}" = --update ]; then
  check=false
elif [ $# -gt 0 ]; then
  echo "usage: contracts/check.sh [--update]" >&2
  exit 64
fi

if ! command -v npm >/dev/null; then
  echo "contracts: skipped: there is no npm here" >&2
  exit 0
fi
mkdir -p target
if ! npm ci --ignore-scripts --no-audit --no-fund >/dev/null 2>target/npm.log; then
  echo "contracts: skipped: npm can't fetch forge and the compiler:" >&2
  cat target/npm.log >&2
  rm -f target/npm.log
  exit 0
fi
rm -f target/npm.log

export FOUNDRY_DISABLE_NIGHTLY_WARNING=1
# The program itself: npm's wrapper around it (1.7.1) ends with status 0 whatever the program said.
forge=$(echo node_modules/@foundry-rs/forge-*/bin/forge)
if [ $check = true ]; then
  "$forge" test --gas-snapshot-check=true --gas-snapshot-emit=false
  node pack.mjs --check
else
  "$forge" test --gas-snapshot-check=false --gas-snapshot-emit=true
  node pack.mjs
fi
