#!/usr/bin/env bash
# compare.sh BUILD: builds the kernels for AVX2 and for 64-bit ARM below the folder BUILD, runs the latter in QEMU, and
# fails unless both compute the same bits.
#
# No Swift library for ARM comes with a toolchain for x86-64, but Embedded Swift's does, so the kernels are compiled as
# Embedded Swift, with what stands in for their neighbours. It needs QEMU and ARM's C library (Debian's qemu-user and
# gcc-aarch64-linux-gnu).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/Tests/EmulatedARM
mkdir -p "$1"
cd "$1"

# build NAME TRIPLE [flags of swiftc]: the program NAME/checksums.
build() {
  local name=$1 triple=$2 common
  shift 2
  mkdir -p "$name"
  common=(-target "$triple" -wmo -O -swift-version 6 -package-name ramit -parse-as-library
    -enable-experimental-feature Embedded -enable-experimental-feature Extern
    -I "$name" -I "$root/Sources/RAMiTCVectors" "$@")
  compile() {
    local module=$1
    shift
    swiftc "${common[@]}" -module-name "$module" -emit-module -emit-module-path "$name/$module.swiftmodule" \
      -c "$@" -o "$name/$module.o"
  }
  for module in Foundation RAMiTParallel RAMiTLinearAlgebra; do
    compile $module "$here/StandIns/$module.swift"
  done
  local kernels
  mapfile -t kernels < <(find "$root/Sources/RAMiTKernels" -name '*.swift' | sort)
  compile RAMiTKernels "${kernels[@]}"
  compile Checksums "$here/Checksums.swift" "$here/Memory.swift"
}

# link NAME TRIPLE-OF-EMBEDDED-SWIFT [flags of clang]
link() {
  local name=$1 unicode
  unicode=$(dirname "$(dirname "$(command -v swiftc)")")/lib/swift/embedded/$2/libswiftUnicodeDataTables.a
  shift 2
  clang -fuse-ld=lld -static "$@" -o "$name/checksums" "$name"/*.o "$unicode" -lm
}

build avx2 x86_64-unknown-linux-gnu -Xcc -mavx2 -Xcc -mfma
build arm aarch64-none-none-elf
link avx2 x86_64-unknown-linux-gnu
link arm aarch64-none-none-elf --target=aarch64-linux-gnu

avx2/checksums > avx2.txt
qemu-aarch64 arm/checksums > arm.txt
diff avx2.txt arm.txt
grep -q ' 0 not finite' arm.txt
! grep -v ' 0 not finite' arm.txt
echo "$(wc -l < arm.txt) results of the kernels are the same, bit for bit, on emulated 64-bit ARM and with AVX2"
