#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Freehold authors
# SPDX-License-Identifier: Apache-2.0
#
# How soon a node serves: bench/first-token.sh [STARTS]. Each start is a fresh `freehold up` on one home, whose key,
# database and log the first, uncounted one makes. Prints for each, in ms after the process began: when
# /healthz answers, when the first token of a stream has come, and when its answer has ended, with its receipt stored. Wait first until .freehold-build/cli.aot is there.
# The client is this shell itself: a program started for each look would take a fifth of a core from what is measured.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
starts=${1:-10}
port=8497
home=$(mktemp -d)
node=
trap '[ -z "$node" ] || kill "$node" 2>/dev/null || true; wait || true; rm -rf "$home"' EXIT
[ -f "$root/.freehold-build/cli.aot" ] || echo "no AOT cache yet: 'freehold up' makes one in the background" >&2

question='{"model":"smollm2-135m-instruct","max_tokens":1,"stream":true,"messages":[{"role":"user","content":"Hello"}]}'
exec 4<> <(:)

# Milliseconds, in the variable now.
look_at_clock() { now=$((${EPOCHREALTIME/[^0-9]/} / 1000)); }

# Sends a request, whose answer is to be read from descriptor 3.
ask() {
  { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || return 1
  printf '%s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n' "$1" "$port" >&3
  printf 'Content-Type: application/json\r\nContent-Length: %s\r\n\r\n%s' "${#2}" "$2" >&3
}

for start in $(seq 0 "$starts"); do
  look_at_clock
  begun=$now
  FREEHOLD_HOME=$home "$root/freehold" up --quiet --port "$port" 3>&- 4>&- >"$home/out" 2>&1 &
  node=$!
  until ask 'GET /healthz' '' && IFS= read -r line <&3; do
    kill -0 "$node" || { cat "$home/out" >&2; exit 1; }
    IFS= read -r -t 0.005 -u 4 || true
  done
  look_at_clock
  served=$((now - begun))
  token=
  ask 'POST /v1/chat/completions' "$question"
  while IFS= read -r line <&3; do
    case $line in
      *'"content":"'[!\"]*)
        look_at_clock
        [ -n "$token" ] || token=$((now - begun))
        ;;
    esac
  done
  look_at_clock
  ended=$((now - begun))
  kill "$node"
  wait "$node" || true
  node=
  [ "$start" = 0 ] || echo "$served $token $ended" | tee -a "$home/times"
done
for column in 1 2 3; do
  sort -n -k"$column,$column" "$home/times" |
    awk -v c="$column" '{v[NR] = $c} END {printf "%s: median %d ms, worst %d ms\n", c == 1 ? "serves" : c == 2 ? "first token" : "answer and receipt", v[int((NR + 1) / 2)], v[NR]}'
done
