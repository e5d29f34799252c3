#!/usr/bin/env bash
# run.sh PROGRAM FOLDER RUNS TARGET...: runs RUNS more inputs of each target (all without one), for at most DURATION
# seconds each where that is set, and prints a line for each: what was run so far, findings, the slowest input in
# seconds of the processor, the most memory beside what the program has anyway. FOLDER keeps the corpora, the counts and
# the findings, so that many runs add up. Inputs have up to LENGTH bytes (65536); short ones, LENGTH=2048, take a third
# less time. With SEED the inputs are the same each time. Exits with 1 when there is a finding, and names its file.
set -uo pipefail
cd "$(dirname "$0")/../.."
program=$1 folder=$2 runs=$3
shift 3
[ $# -gt 0 ] || set -- pth safetensors yaml png jpeg tiff webp bmp netpbm
# Swift's own report of a trap would hide it from libFuzzer.
export SWIFT_BACKTRACE=enable=no
# A finding is run once more for its report: to keep the stack of every allocation would take a fifth of the time, to
# fill fresh memory with a pattern a tenth.
quick=malloc_context_size=0:quarantine_size_mb=8:thread_local_quarantine_size_kb=64:max_malloc_fill_size=0
status=0
for target in "$@"; do
  home=$folder/$target
  mkdir -p "$home/corpus" "$home/findings"
  if [ -z "$(ls "$home/corpus")" ]; then
    "$program" --target="$target" --seeds="$home/corpus" || exit
  fi
  # libFuzzer counts the corpus, which it reads first; nobody else adds to it, so it need not look again.
  total=$((runs + $(ls "$home/corpus" | wc -l)))
  ASAN_OPTIONS=$quick "$program" --target="$target" --folder="$home" -runs="$total" -max_total_time="${DURATION:-0}" \
    -reload=0 -max_len="${LENGTH:-65536}" ${SEED:+-seed="$SEED"} -timeout=60 -report_slow_units=60 -rss_limit_mb=3072 \
    -malloc_limit_mb=512 -artifact_prefix="$home/findings/" "$home/corpus" > "$home/log" 2>&1
  code=$?
  "$program" --target="$target" --report="$home"
  # 72 is libFuzzer's for an interruption.
  if [ $code -eq 72 ] || [ $code -gt 128 ]; then exit $code; fi
  if [ $code -ne 0 ]; then
    status=1
    sed -nE 's/^(FINDING|SUMMARY|Fatal error|.*Fatal error): ?/  \1: /p; s/.*Test unit written to /  the input: /p' \
      "$home/log" | head -4
    echo "  the log: $home/log; again: SWIFT_BACKTRACE=enable=no $program --target=$target --folder=$home FILE"
  fi
done
exit $status
