#!/usr/bin/env bash
# same.sh PROGRAM [threads|runs]: trains 200 iterations on photos on the disk, from one seed, for both or one of
#   threads  with 1, 2, 4 and 8 loader threads times 1, 2, 4 and 8 threads that compute (full: all 16, else 6),
#   runs     three times in the same way, for super-resolution, and at full size also for denoising and deraining.
# All must have the same bytes: SHA-256 of the weights, of the metrics, and of the newest checkpoint, in which alone the
# path of the run's folder, the number of loader threads, the size of the log (it tells times) and the checksum over
# these may differ.
. "$(dirname "$0")/common.sh"
needs sha256sum
part=${1:-all}
done=0

sets=()
# drawn TASK COUNT: photos, and what names them.
drawn() {
  "$program" data synthesize --task "$1" --count "$2" --width 48 --height 40 --output "$work/set-$1" > /dev/null
  sets=(--set "task=$1" --set data.train.type=folder --set "data.train.path=$work/set-$1" --set schedule.epochs=10
    --set 'schedule.milestones=[5]' --set validation.everyEpochs=5 --set checkpoints.everyIterations=70)
}

# sums FOLDER: what must be the same.
sums() {
  local last=$1/checkpoints/iteration-00000200.safetensors
  [ -f "$last" ] || broken "$1 has no checkpoint of iteration 200: $(ls "$1/checkpoints")"
  (cd "$1" && sha256sum weights/*.safetensors metrics.jsonl)
  echo "$(tensors "$last" | sha256sum) values of the newest checkpoint"
  # The number of loader threads is a key of the configuration, which the checkpoint repeats.
  echo "$(header "$last" | sed -E 's/\\u000a    threads: [0-9]+//' | sha256sum) its header"
}

# compared WHAT FOLDER FIRST [OPTION...]: trains and compares; the first one is what the others are compared with.
compared() {
  local what=$1 folder=$2 first=$3
  shift 3
  whole_toy "$folder" "${sets[@]}" "$@"
  sums "$folder" > "$folder.sums"
  done=$((done + 1))
  cmp -s "$folder.sums" "$first.sums" || violation "$what: $(diff "$first.sums" "$folder.sums" |
    sed -n 's/^> [0-9a-f]* *-* */differs: /p')"
  [ "$folder" = "$first" ] || rm -rf "$folder"
}

if [ "$part" != runs ]; then
  drawn x2 8
  pairs=(1/1 1/8 2/2 4/4 8/1 8/8)
  ! is_full || pairs=({1,2,4,8}/{1,2,4,8})
  for pair in "${pairs[@]}"; do
    compared "${pair%/*} loader threads, ${pair#*/} that compute" "$work/threads-${pair/\//-}" "$work/threads-1-1" \
      --set "data.loader.threads=${pair%/*}" --threads "${pair#*/}"
    progress $done ${#pairs[@]}
  done
fi
if [ "$part" != threads ]; then
  tasks=(x2)
  ! is_full || tasks=(x2 dn dr)
  for task in "${tasks[@]}"; do
    [ -d "$work/set-$task" ] || drawn "$task" 8
    for number in 1 2 3; do compared "run $number of $task" "$work/$task-$number" "$work/$task-1"; done
  done
fi
verdict $done "runs of 200 iterations have the same SHA-256 of weights, metrics, and the checkpoint's values and state"
