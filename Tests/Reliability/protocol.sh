#!/usr/bin/env bash
# protocol.sh PROGRAM: watches by strace how training, restoring, converting, exporting, scoring, drawing and preparing
# data write their files. Every file must be written under a hidden name, made durable, renamed, and its folder made
# durable, in this order, with the file before it kept until then (protocol.awk).
. "$(dirname "$0")/common.sh"
needs_strace

files=0
# watched LEAST WHAT FOLDER ARGUMENT...: runs the program, which writes at least so many files below the folder.
watched() {
  local least=$1 what=$2 folder=$3 count line
  shift 3
  limited strace -f -y -o "$work/trace" -e 'trace=%file,%desc' "$program" "$@" > "$work/out" 2>&1 ||
    broken "$what fails under strace: $(tail -n 3 "$work/out")"
  awk -v folder="$folder" -v current="$PWD" -f "$here/protocol.awk" "$work/trace" > "$work/found"
  while read -r line; do violation "$what: ${line#violation }"; done < <(grep ^violation "$work/found")
  count=$(sed -n 's/^files //p' "$work/found")
  [ "$count" -ge "$least" ] || broken "$what: expected at least $least files, saw $count in the trace"
  echo "$what: $count files" >&2
  files=$((files + count))
}

results=$work/results
mkdir "$results"
# Twelve checkpoints, each with its weights.
watched 24 training "$results/run" train "$here/toy.yaml" --quiet --output "$results/run"
watched 1 "resuming a run that was cut off" "$results/run" train "$here/toy.yaml" --quiet --output "$results/run" \
  --resume --set schedule.epochs=4
weights=$results/run/weights/best.safetensors
watched 6 "drawing a set" "$results/set" data synthesize --task x2 --count 3 --output "$results/set" \
  --width 64 --height 64
inputs=$results/set/LR_bicubic
watched 4 "restoring" "$results/restored" restore "$inputs" --weights "$weights" --output "$results/restored" \
  --json "$results/restored/report.json"
watched 3 "restoring again" "$results/restored" restore "$inputs" --weights "$weights" --output "$results/restored" \
  --overwrite
for format in jpeg webp; do
  watched 3 "restoring as $format" "$results/$format" restore "$inputs" --weights "$weights" \
    --output "$results/$format" --format $format
done
for ending in pth safetensors; do
  watched 1 "converting to .$ending" "$results" convert "$weights" "$results/converted.$ending"
  watched 1 "converting over it" "$results" convert "$weights" "$results/converted.$ending" --force
done
watched 1 exporting "$results" export "$weights" "$results/model.onnx"
watched 2 scoring "$results" evaluate --weights "$weights" --testset "$results/set" --json "$results/scores.json" \
  --csv "$results/scores.csv"
watched 3 "preparing inputs" "$results/small" data prepare lr "$results/set/HR" --scale 2 --output "$results/small"
watched 1 "preparing a cache" "$results" data prepare cache "$results/set" --task x2 --output "$results/cache"
watched 1 reporting "$results" report "$results/run" --output "$results/report.html"
verdict $files "files written whole, durable, renamed, with a durable folder"
