#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Freehold authors
# SPDX-License-Identifier: Apache-2.0
#
# How long the console's first page takes: bench/first-page.sh [NODES]. Each of NODES (7) is a fresh `freehold up` on a
# home of its own, opened by its link in a Chromium that was just started; then the page is opened again. Prints for both,
# in ms since the navigation began: the first byte, the load event, and with how many requests and bytes; and the medians.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/freehold" --help >/dev/null
cd "$root"
exec mvn -B -q -ntp -pl it -am test -Dtest=FirstPage -Dsurefire.failIfNoSpecifiedTests=false "-Dtest.jvm=-Dfirst.page.nodes=${1:-7}"
