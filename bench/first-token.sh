#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Freehold authors
# SPDX-License-Identifier: Apache-2.0
#
# How soon a node serves: bench/first-token.sh [STARTS]. Each start is a fresh `freehold up` on one home, whose key,
# database and log the first, uncounted one makes. Prints for each, in ms after the process began: when
# /healthz answers, when the first token of a stream has come, and when its answer has ended, with its receipt stored. Wait first until .freehold-build/cli.aot is there.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
starts=${1:-10}
port=8497
home=$(mktemp -d)
node=
trap '[ -z "$node" ] || kill "$node" 2>/dev/null || true; wait || true; rm -rf "$home"' EXIT
[ -f "$root/.freehold-build/cli.aot" ] || echo "no AOT cache yet: 'freehold up' makes one in the background" >&2

now() { echo $(($(date +%s%N) / 1000000)); }

for start in $(seq 0 "$starts"); do
  begun=$(now)
  FREEHOLD_HOME=$home "$root/freehold" up --quiet --port "$port" >"$home/out" 2>&1 &
  node=$!
  until curl -fs -o "$home/health" "http://127.0.0.1:$port/healthz"; do
    kill -0 "$node" || { cat "$home/out" >&2; exit 1; }
    sleep 0.01
  done
  served=$(($(now) - begun))
  token=
  while IFS= read -r line; do
    case $line in *'"content":"'[!\"]*) [ -n "$token" ] || token=$(($(now) - begun)) ;; esac
  done < <(curl -fsN "http://127.0.0.1:$port/v1/chat/completions" -H 'Content-Type: application/json' \
    -d '{"model":"smollm2-135m-instruct","max_tokens":1,"stream":true,"messages":[{"role":"user","content":"Hello"}]}')
  ended=$(($(now) - begun))
  kill "$node"
  wait "$node" || true
  node=
  [ "$start" = 0 ] || echo "$served $token $ended" | tee -a "$home/times"
done
for column in 1 2 3; do
  sort -n -k"$column,$column" "$home/times" |
    awk -v c="$column" '{v[NR] = $c} END {printf "%s: median %d ms, worst %d ms\n", c == 1 ? "serves" : c == 2 ? "first token" : "answer and receipt", v[int((NR + 1) / 2)], v[NR]}'
done
