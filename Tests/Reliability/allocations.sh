#!/usr/bin/env bash
# allocations.sh PROGRAM [COUNT]: restores a photo of each format COUNT times (25; 500 with RAMIT_FULL=1, or until there
# are no more), and lets the first, the second, ... allocation in libpng, libjpeg, libtiff, libwebp, zlib or the
# program's own C fail. Fails unless each run does its work all the same, or says on one line why not, with exit code 1
# and without an output. libtiff 4.5 itself crashes when some small allocations of its fields fail; these runs are
# counted apart, and may leave no output either.
set -euo pipefail
program=$(realpath "$1")
count=${2:-$([ "${RAMIT_FULL:-}" = 1 ] && echo 500 || echo 25)}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "allocations: $*" >&2
  exit 1
}

compiler=$(command -v cc || command -v clang) || { echo "allocations: skipped: no C compiler" && exit 0; }
"$compiler" -O1 -shared -fPIC -o "$work/allocations.so" "$here/allocations.c" -ldl

"$program" data synthesize --task x2 --count 1 --width 48 --height 32 --seed 1 --output "$work/drawn" > /dev/null
photo=$(find "$work/drawn/HR" "$work/drawn" -name '*.png' | head -n 1)
total=0 refused=0 crashed=0
for format in png jpg webp tif; do
  ending=$format input=$work/photo.$format
  # The photo in the format, and what is made of it when nothing fails.
  case $format in
    tif) ending=png input=$here/../ImagingTests/Fixtures/tiles_lzw8.tif ;;
    *) "$program" restore "$photo" --task dn --output "$input" > /dev/null ;;
  esac
  "$program" restore "$input" --task dn --output "$work/whole/$format.$ending" > /dev/null
  for number in $(seq "$count"); do
    rm -rf "$work/failed" "$work/out"
    code=0
    (
      LD_PRELOAD=$work/allocations.so RAMIT_FAIL=$number RAMIT_FAILED=$work/failed timeout 60 \
        "$program" restore "$input" --task dn --output "$work/out/$format.$ending" \
        > "$work/printed" 2> "$work/errors"
    ) 2> /dev/null || code=$?
    [ -e "$work/failed" ] || break
    total=$((total + 1))
    what="$format, allocation $number: exit code $code, $(head -c 300 "$work/errors")"
    case $code in
      0) cmp -s "$work/out/$format.$ending" "$work/whole/$format.$ending" || fail "$what: another output" ;;
      1)
        refused=$((refused + 1))
        [ "$(wc -l < "$work/errors")" = 1 ] || fail "$what: not one line"
        [ ! -e "$work/out/$format.$ending" ] || fail "$what: an output"
        ;;
      139)
        crashed=$((crashed + 1))
        grep -q '^ *0 .* in libtiff' "$work/errors" || fail "$what"
        [ ! -e "$work/out/$format.$ending" ] || fail "$what: an output"
        ;;
      *) fail "$what" ;;
    esac
  done
done
! find "$work" -name '.*.tmp' | grep . || fail "unfinished files are left"
echo "allocations: $total failed: $refused times one line, $crashed times libtiff itself crashed, else the work was" \
  "done"
