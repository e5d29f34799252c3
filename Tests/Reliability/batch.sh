#!/usr/bin/env bash
# batch.sh PROGRAM [PHOTOS]: restores a folder of PHOTOS files (200; full: 1,000), of which one in twenty cannot be
# restored, in ten ways. All others are restored, each bad one is named in one line and in the JSON, the code is 1; a
# second run does nothing; the inputs stay as they are. Then the batch is killed (SIGKILL) at random moments and started
# again (5 times; full: 40): nothing under the name of a result is ever less than the whole one, what was done is not
# done again, and the bytes are those of the batch that nothing has killed.
. "$(dirname "$0")/common.sh"
count=$(size 200 1000 "${1:-}")
kills=$(size 5 40)
bad=$((count / 20)) good=$((count - count / 20))

whole_toy "$work/run" --set schedule.epochs=1
weights=$work/run/weights/best.safetensors
"$program" data synthesize --task x2 --count "$good" --width 48 --height 32 --output "$work/set" > /dev/null
inputs=$work/inputs
mkdir "$inputs" "$inputs/some"
find "$work/set/LR_bicubic/X2" -name '*[05]x2.png' -exec mv -t "$inputs/some" {} +
find "$work/set/LR_bicubic/X2" -name '*.png' -exec mv -t "$inputs" {} +
photo=$(find "$inputs" -maxdepth 1 -name '*.png' | sort | sed -n 1p)
length=$(stat -c %s "$photo")
# A length that no file has, in the header of a picture.
huge() { head -c 16 "$photo" && printf '\x7f\xff\xff\xff\x7f\xff\xff\xff' && tail -c +25 "$photo"; }
for number in $(seq "$bad"); do
  file=$inputs/bad-$number
  case $((number % 10)) in
    0) : > "$file.png" ;;
    1) head -c $((length / 2)) "$photo" > "$file.png" ;;
    2) head -c 8 "$photo" > "$file.png" ;;
    3) { head -c $((length / 2)) "$photo" && printf '\x00\xff\x00\xff' && tail -c +$((length / 2 + 5)) "$photo"; } \
      > "$file.png" ;;
    4) huge > "$file.png" ;;
    5) printf '\xff\xd8\xff\xe0\x00\x10' > "$file.jpg" ;;
    6) printf 'II*\x00\xff\xff\xff\xff' > "$file.tif" ;;
    7) printf 'GIF89a' > "$file.gif" ;;
    8) ln -s nowhere "$file.png" ;;
    9) mkfifo "$file.png" ;;
  esac
done

# The state of the inputs: names, sizes, times, and what is in them.
state() {
  find "$inputs" -printf '%P %s %T@ %y %m\n' | sort
  find "$inputs" -type f -exec sha256sum {} + | sort
}
state > "$work/before"

# batch FOLDER: sets code; the report is FOLDER.json.
batch() {
  code=0
  limited "$program" restore "$inputs" --weights "$weights" --output "$1" --json "$1.json" --keep-suffix \
    > "$work/out" 2> "$work/err" || code=$?
}

# summed FOLDER KEY: a number of the report.
summed() { sed -n "/\"summary\"/,/}/s/.*\"$2\" : \([0-9]*\).*/\1/p" "$1.json"; }

# expect WHAT FOUND EXPECTED
checks=0
expect() {
  checks=$((checks + 1))
  [ "$2" = "$3" ] || violation "$1: expected $3, found $2"
}

# reported WHAT FOLDER RESTORED SKIPPED: what a batch that is done says.
reported() {
  local file rows
  expect "$1: code" $code 1
  expect "$1: restored" "$(summed "$2" restored)" "$3"
  expect "$1: skipped" "$(summed "$2" skipped)" "$4"
  expect "$1: failed" "$(summed "$2" failed)" "$bad"
  expect "$1: lines on standard error" "$(grep -c "^$called: .*expected .*found " "$work/err")" "$bad"
  expect "$1: all lines on standard error" "$(wc -l < "$work/err")" "$bad"
  rows=$(grep -c '"status" : "failed"' "$2.json") || true
  expect "$1: failed rows of the report" "$rows" "$bad"
  for file in "$inputs"/bad-*; do
    grep -qF "${file##*/}: " "$work/err" || violation "$1: ${file##*/} is not named"
  done
}

whole=$work/whole
batch "$whole"
reported "a batch" "$whole" "$good" 0
expect "outputs" "$(find "$whole" -name '*.png' ! -name '.*' | wc -l)" "$good"
expect "unfinished files" "$(unfinished "$whole" | wc -l)" 0
find "$whole" -type f ! -name '.*' -printf '%P %s %T@ %C@ %i\n' | sort > "$work/outputs"
batch "$whole"
reported "the same batch again" "$whole" 0 "$good"
find "$whole" -type f ! -name '.*' -printf '%P %s %T@ %C@ %i\n' | sort | cmp -s - "$work/outputs" ||
  violation "the same batch again: an output was touched"
expect "touched inputs" "$(state | diff - "$work/before" | grep -c '^[<>]')" 0

# Each time from what the kills before have left; where it was done before the kill, from the beginning.
folder=$work/killed fallen=0 tries=0
begin=$(milliseconds)
batch "$folder"
duration=$(($(milliseconds) - begin))
rm -rf "$folder"
while [ $fallen -lt "$kills" ]; do
  tries=$((tries + 1))
  [ $tries -lt $((5 * kills + 50)) ] || broken "only $fallen of $tries batches could be killed before their end"
  "$program" restore "$inputs" --weights "$weights" --output "$folder" --keep-suffix --quiet > "$work/out" 2>&1 &
  process=$!
  below $((duration / 3 + 50))
  sleep "$(seconds "$drawn")"
  kill -9 $process 2> /dev/null || true
  code=0
  wait $process 2> /dev/null || code=$?
  if [ $code != 137 ]; then
    rm -rf "$folder"
    continue
  fi
  fallen=$((fallen + 1)) checks=$((checks + 1))
  progress $fallen "$kills"
  while read -r file; do
    cmp -s "$folder/$file" "$whole/$file" || violation "killed after $drawn ms: $file is not whole"
  done < <(find "$folder" -type f ! -name '.*' -printf '%P\n' 2> /dev/null)
done
there=$(find "$folder" -type f ! -name '.*' 2> /dev/null | wc -l) || true
batch "$folder"
reported "the batch that was killed" "$folder" $((good - there)) "$there"
diff -r -x '.*' "$folder" "$whole" > /dev/null || violation "the batch that was killed: other bytes"
expect "the batch that was killed: touched inputs" "$(state | diff - "$work/before" | grep -c '^[<>]')" 0
expect "the batch that was killed: unfinished files" "$(unfinished "$folder" | wc -l)" 0
verdict $checks "checks of a batch of $count, $bad of them bad, that was killed $kills times"
