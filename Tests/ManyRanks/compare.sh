#!/usr/bin/env bash
# compare.sh PROGRAM [PARTS...]: trains on 1 to 4 ranks, with the gradients of so many parts (4, 6 and 16), and once
# more from the weights of those runs; fails unless every number of ranks gives the same bytes.
set -euo pipefail
program=$(realpath "$1")
shift
. "$(dirname "$0")/common.sh"

for parts in "${@:-4 6 16}"; do
  for parts in $parts; do
    for count in 1 2 3 4; do
      train "$count" "$parts" "$work/$parts-$count" --quiet
      # A warm start: the last module is another one, and learns alone at first.
      train "$count" "$parts" "$work/$parts-$count-x3" --quiet --set task=x3 --set schedule.epochs=2 \
        --set schedule.stages=[] --set "warmStart.weights=$work/$parts-1/weights/best.safetensors" \
        --set warmStart.epochs=1
      for run in "" -x3; do
        same "$work/$parts-$count$run" "$work/$parts-1$run" "$count ranks, $parts parts$run"
      done
      echo "$count ranks, $parts parts: the bytes of one process"
    done
  done
done
