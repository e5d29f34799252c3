#!/usr/bin/env bash
# memory.sh PROGRAM [SIZES]: restores photos of so many sizes (4; full: 12) with three limits of memory each, and fails
# where the process takes more than 5 % over its limit, or where a photo is refused that has been restored in tiles with
# a smaller limit. Models run on images of the same sizes, and the estimate of what they take must be within 20 % of
# the peak that the system measured. At full size a photo of 12 megapixels is enlarged four times in 4 GB.
. "$(dirname "$0")/common.sh"
needs awk
[ -x /usr/bin/time ] || skip "/usr/bin/time is not installed (package time)"
count=$(size 4 12 "${1:-}")
all=(96x64 200x133 256x256 352x240 64x600 512x96 480x320 400x400 640x360 512x512 768x512 1024x768)
limits=(90 140 300)
! is_full || limits=(120 250 500)
checks=0 refused=0 tiled=0 most=0 least_ratio=9 most_ratio=0

# measured COMMAND...: sets code and peak, in bytes.
measured() {
  code=0
  /usr/bin/time -o "$work/peak" -f %M timeout -k 10 3600 "$@" > "$work/out" 2> "$work/err" || code=$?
  # A line before it tells of a code that is not 0.
  peak=$(($(tail -n 1 "$work/peak") * 1024))
}

# over TEXT: evaluates to success or failure, with fractions.
holds() { awk "BEGIN { exit !($1) }"; }

# restored WHAT PHOTO TASK LIMIT: sets tile to whether tiles were needed, empty where the photo was refused.
restored() {
  local what=$1
  measured "$program" restore "$2" --task "$3" --output "$work/restored" --overwrite --memory "$4 MB"
  checks=$((checks + 1)) tile=
  if [ $code = 1 ] && [ "$(wc -l < "$work/err")" = 1 ] && grep -q "expected a smaller image" "$work/err"; then
    refused=$((refused + 1))
  elif [ $code = 0 ]; then
    tile=$(grep -c ', in tiles of' "$work/out") || true
    tiled=$((tiled + tile))
  else
    violation "$what: code $code: $(cat "$work/err")"
  fi
  share=$((peak / 10000 / $4))
  [ $share -le "$most" ] || most=$share
  [ $share -le 105 ] || violation "$what: it took $((peak / 1000000)) MB, which is $share % of its limit"
}

for size in "${all[@]:0:count}"; do
  width=${size%x*} height=${size#*x}
  "$program" data synthesize --task dn --count 1 --width "$width" --height "$height" --output "$work/$size" > /dev/null
  photo=$(find "$work/$size/HQ" -name '*.png')
  for task in dn x2; do
    [ $task = dn ] || is_full || continue
    before=
    for limit in "${limits[@]}"; do
      what="$size, $task, $limit MB"
      restored "$what" "$photo" $task "$limit"
      [ -n "$tile" ] || [ -z "$before" ] || violation "$what: refused, and restored with less"
      before=$tile
    done
  done
  # The program estimates for the whole process.
  measured "$program" benchmark "infer:${height}x$width" --runs 1
  checks=$((checks + 1))
  estimated=$(sed -n 's/.*"estimated_gb":\([0-9.]*\).*/\1/p' "$work/out")
  [ -n "$estimated" ] || broken "no estimate for $size: $(cat "$work/err")"
  ratio=$(awk -v estimated="$estimated" -v peak="$peak" 'BEGIN { printf "%.3f", estimated * 1e9 / peak }')
  holds "$ratio >= 0.8 && $ratio <= 1.2" || violation "$size: estimated $estimated GB, which is $ratio of the peak"
  ! holds "$ratio < $least_ratio" || least_ratio=$ratio
  ! holds "$ratio > $most_ratio" || most_ratio=$ratio
  progress $((checks / 4)) "$count"
done
[ $tiled -gt 0 ] || broken "no limit has made tiles necessary"
if is_full; then
  "$program" data synthesize --task dn --count 1 --width 4000 --height 3000 --output "$work/large" > /dev/null
  restored "12 megapixels, x4, 4 GB" "$(find "$work/large/HQ" -name '*.png')" x4 4000
  [ -n "$tile" ] || violation "12 megapixels, x4, 4 GB: $(cat "$work/err")"
fi
verdict $checks "restorations and estimates: at most $most % of the limit ($tiled in tiles, $refused refused), \
estimates $least_ratio to $most_ratio of the peak"
