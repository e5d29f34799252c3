#!/usr/bin/env bash
# compare.sh PROGRAM [PARTS...]: trains on 1 to 4 ranks, with the gradients of so many parts (4, 6 and 16), once more
# from the weights of those runs, scores and restores; fails unless every number of ranks gives the same bytes.
set -euo pipefail
program=$(realpath "$1")
shift
. "$(dirname "$0")/common.sh"

[ $# -gt 0 ] || set -- 4 6 16
for parts in "$@"; do
  for count in 1 2 3 4; do
    train "$count" "$parts" "$work/$parts-$count" --quiet
    # A warm start: the last module is another one, and learns alone at first.
    train "$count" "$parts" "$work/$parts-$count-x3" --quiet --set task=x3 --set schedule.epochs=2 \
      --set schedule.stages=[] --set schedule.milestones=[] --set warmStart.epochs=1 \
      --set "warmStart.weights=$work/$parts-1/weights/best.safetensors"
    for run in "" -x3; do
      same "$work/$parts-$count$run" "$work/$parts-1$run" "$count ranks, $parts parts$run"
    done
    echo "$count ranks, $parts parts: the bytes of one process"
  done
done

# Scores are those of one process, and so is what is printed.
weights=$(ls "$work"/*-1/weights/best.safetensors | head -1)
"$program" data synthesize --task x2 --count 5 --seed 1 --output "$work/set" > /dev/null
for count in 1 2 3; do
  ranks "$count" evaluate --weights "$weights" --testset "$work/set" --json "$work/scores-$count.json" \
    > "$work/scores-$count.txt"
  cmp "$work/scores-$count.json" "$work/scores-1.json" || fail "$count ranks: other scores"
  cmp "$work/scores-$count.txt" "$work/scores-1.txt" || fail "$count ranks: another table"
done
echo "1, 2 and 3 ranks: the scores of one process"

# Restored photos, and what is said of them, but for the times.
for count in 1 2 3; do
  ranks "$count" restore "$work/set/LR_bicubic" --weights "$weights" --output "$work/restored-$count" \
    --json "$work/restored-$count.json" --quiet
  diff -r -x '.ramit*' "$work/restored-$count" "$work/restored-1" || fail "$count ranks: other photos"
  [ "$(wc -l < "$work/restored-$count/.ramit-restored.jsonl")" = 10 ] || fail "$count ranks: not one record"
  ranks "$count" restore "$work/set/LR_bicubic" --weights "$weights" --output "$work/restored-$count" \
    | grep -q "0 restored, 5 skipped" || fail "$count ranks: restored again"
  sed -E "s/\"seconds\" : .*//; s/restored-$count/restored/" "$work/restored-$count.json" > "$work/restored-$count.txt"
  cmp "$work/restored-$count.txt" "$work/restored-1.txt" || fail "$count ranks: another report"
done
echo "1, 2 and 3 ranks: the photos that one process restores"
