#!/usr/bin/env bash
# soak.sh PROGRAM [SECONDS]: trains for so long (40; full: 3,600), with saves, validations and reports, and restores
# 25 times as many photos of 16 x 16 pixels and five formats in one process (1,000; full: 100,000). Each second the
# resident memory, the open files and the threads are counted. Their slopes after the first tenth are fitted (soak.awk):
# training may grow by 1 % of its memory an hour, restoring by 1,280 bytes a photo, as the report has a row for each and
# the record says what it was made from; files and threads may not grow at all.
. "$(dirname "$0")/common.sh"
[ -d /proc/self/fd ] || skip "there is no /proc here"
duration=$(size 40 3600 "${1:-}")
photos=$((duration * 25))
if [ -z "${1:-}" ] && is_full; then photos=100000; fi

# sample PROCESS: its kilobytes, descriptors and threads; nothing where it has ended. The status is read by one call: it
# is written anew for each, and its lines move.
sample() {
  local rss='' threads='' name value files status
  status=$(cat "/proc/$1/status" 2> /dev/null) || return 0
  while read -r name value _; do
    case $name in VmRSS:) rss=$value ;; Threads:) threads=$value ;; esac
  done <<< "$status"
  files=(/proc/"$1"/fd/*)
  [ -z "$rss" ] || echo "$rss ${#files[@]} $threads"
}

# judge KIND: what the samples say.
judge() {
  local line
  awk -v kind="$1" -v bytes=1280 -f "$here/soak.awk" "$work/samples" > "$work/found"
  head -n 1 "$work/found"
  while read -r line; do violation "$2: ${line#violation }: $(head -n 1 "$work/found")"; done \
    < <(grep ^violation "$work/found")
}

# Lines of metrics every two steps, validations every four: what a run keeps of them for its charts is full after some
# minutes, as it is after some days of others.
"$program" train "$here/toy.yaml" --quiet --output "$work/run" --set data.train.samplesPerEpoch=8 \
  --set schedule.epochs=1000000 --set checkpoints.everyIterations=100 --set logging.everyIterations=2 \
  > "$work/out" 2>&1 &
process=$!
: > "$work/samples"
for second in $(seq "$duration"); do
  sleep 1
  line=$(sample $process)
  if [ -z "$line" ]; then
    code=0
    wait $process || code=$?
    broken "the training ended after $second s with $code: $(cat "$work/out")"
  fi
  echo "$second $line" >> "$work/samples"
  progress "$second" "$duration"
done
kill -TERM $process
code=0
wait $process || code=$?
[ $code = 143 ] || broken "the training ended with $code: $(cat "$work/out")"
iterations=$(tail -n 1 "$work/run/metrics.jsonl" | sed 's/.*"iteration":\([0-9]*\).*/\1/')
judge time training
training=$(head -n 1 "$work/found")

# Each format eight times, and links to these.
weights=$work/run/weights/last.safetensors
"$program" data synthesize --task x2 --count 8 --width 32 --height 32 --output "$work/set" > /dev/null
mkdir "$work/photos" "$work/kinds"
for format in jpeg webp; do
  "$program" restore "$work/set/HR" --output "$work/$format" --format $format --weights "$weights" --quiet
done
# A BMP and a TIFF of 16 x 16 pixels without compression: a header, and 768 bytes.
values() { head -c 768 < <(cat "$work/set/HR/000$1.png" "$work/set/HR/0001.png" "$work/set/HR/0002.png"); }
for number in 1 2 3 4 5 6 7 8; do
  cp "$work/set/LR_bicubic/X2/000${number}x2.png" "$work/kinds/png$number"
  for format in jpeg webp; do cp "$work/$format/000$number".* "$work/kinds/$format$number"; done
  { printf 'BM\x36\x03\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x10\0\0\0\x10\0\0\0\1\0\x18\0\0\0\0\0\0\3\0\0'
    printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' && values $number; } > "$work/kinds/bmp$number"
  # Nine fields behind the values: width, height, bits, no compression, RGB, where, samples, rows, bytes.
  { printf 'II*\0\x08\3\0\0' && values $number && printf '\x09\0'
    printf '\0\1\3\0\1\0\0\0\x10\0\0\0\1\1\3\0\1\0\0\0\x10\0\0\0\2\1\3\0\3\0\0\0\x7a\3\0\0'
    printf '\3\1\3\0\1\0\0\0\1\0\0\0\6\1\3\0\1\0\0\0\2\0\0\0\x11\1\4\0\1\0\0\0\x8\0\0\0'
    printf '\x15\1\3\0\1\0\0\0\3\0\0\0\x16\1\3\0\1\0\0\0\x10\0\0\0\x17\1\4\0\1\0\0\0\0\3\0\0'
    printf '\0\0\0\0\x8\0\x8\0\x8\0'; } > "$work/kinds/tiff$number"
done
kinds=("$work"/kinds/*)
for number in $(seq "$photos"); do echo "${kinds[number % ${#kinds[@]}]} $work/photos/$number"; done |
  xargs -n 2 -P 2 ln
"$program" restore "$work/photos" --output "$work/restored" --weights "$weights" --quiet --threads 1 \
  > "$work/out" 2>&1 &
process=$!
record=$work/restored/.ramit-restored.jsonl
: > "$work/samples"
pause=1
[ "$photos" -ge 20000 ] || pause=0.03
while true; do
  sleep $pause
  line=$(sample $process)
  [ -n "$line" ] || break
  [ ! -f "$record" ] || echo "$(($(wc -l < "$record") / 2)) $line" >> "$work/samples"
done
code=0
wait $process || code=$?
found=$(find "$work/restored" -name '*.png' ! -name '.*' | wc -l)
[ "$code/$found" = "0/$photos" ] ||
  violation "restoring: code $code, $found of $photos photos: $(head -n 3 "$work/out")"
judge photos restoring
restoring=$(head -n 1 "$work/found")
verdict 6 "slopes of memory, files and threads within limits (training $iterations iterations: $training; \
restoring $photos photos: $restoring)"
