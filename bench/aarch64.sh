#!/bin/bash
# SPDX-FileCopyrightText: The Freehold authors
# SPDX-License-Identifier: Apache-2.0
#
# The native kernel's digests, on this processor and on AArch64 under qemu-user: all variants must
# print the lines of kernel/src/test/c/digests.txt. Needs gcc; for AArch64 gcc-aarch64-linux-gnu or
# python3 -m ziglang, and qemu-aarch64 (Debian: qemu-user) unless this is one.
#   bench/aarch64.sh           compare
#   bench/aarch64.sh --write   write digests.txt anew, from plain C on this processor
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
sources=$root/kernel/src/main/resources/dev/freehold/kernel/native
golden=$root/kernel/src/test/c/digests.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=gnu11 -O2 -ffp-contract=off -fno-math-errno -I$sources"

# build NAME LANES "COMPILER" FLAGS...: a driver linked with one variant
build() {
  local name=$1 lanes=$2 compiler=$3 unit
  shift 3
  for unit in product_small product_large vectors pack; do
    $compiler $flags "$@" "-DLANES_HEADER=\"lanes_$lanes.h\"" -c "$sources/$unit.c" -o "$work/$name-$unit.o" &
  done
  wait
  $compiler $flags "$@" "$root/kernel/src/test/c/digests.c" "$work/$name"-*.o -static -o "$work/$name"
}

# check NAME [RUNNER]: its lines against the golden ones
check() {
  local name=$1
  shift
  if "$@" "$work/$name" >"$work/$name.txt" && diff "$golden" "$work/$name.txt" >"$work/$name.diff"; then
    echo "$name: $(wc -l <"$golden") digests equal"
  else
    echo "$name: DIFFERENT"
    cat "$work/$name.diff"
    failed=1
  fi
}

failed=0
here=$(uname -m)
build scalar scalar gcc -DSCALAR
if [ "${1:-}" = --write ]; then
  "$work/scalar" >"$golden"
fi
check scalar
if [ "$here" = x86_64 ]; then
  has() { grep -qw "$1" /proc/cpuinfo; }
  if has avx2; then build avx2 avx256 gcc -mavx2 -mf16c; check avx2; fi
  if has avx_vnni; then build avxvnni avx256 gcc -mavx2 -mf16c -mavxvnni; check avxvnni; fi
  if has avx512_vnni; then
    build avx512vnni avx512vnni gcc -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni
    check avx512vnni
    # The 256-bit VNNI code with the same instructions in their AVX-512 encoding.
    build avxvnni-evex avx256 gcc -mavx2 -mf16c -mavx512f -mavx512vl -mavx512vnni
    check avxvnni-evex
  fi
fi
if [ "$here" = aarch64 ]; then
  build neon-dotprod neon gcc -march=armv8.2-a+dotprod
  check neon-dotprod
else
  if command -v aarch64-linux-gnu-gcc >/dev/null; then
    cross=aarch64-linux-gnu-gcc
  elif python3 -c 'import ziglang' 2>/dev/null; then
    cross="python3 -m ziglang cc -target aarch64-linux-musl"
  else
    echo "neon-dotprod: not checked, there is no compiler for AArch64"
    exit $failed
  fi
  if ! command -v qemu-aarch64 >/dev/null; then
    echo "neon-dotprod: not checked, there is no qemu-aarch64"
    exit $failed
  fi
  case $cross in
    *zig*) build neon-dotprod neon "$cross" -mcpu=generic+v8.2a+dotprod ;;
    *) build neon-dotprod neon "$cross" -march=armv8.2-a+dotprod ;;
  esac
  check neon-dotprod qemu-aarch64 -cpu max
  build aarch64-scalar scalar "$cross" -DSCALAR
  check aarch64-scalar qemu-aarch64 -cpu max
fi
exit $failed
