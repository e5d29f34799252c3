#!/usr/bin/env bash
# interruptions.sh PROGRAM [COUNT]: interrupts trainings COUNT times (10; 100 with RAMIT_FULL=1), by SIGKILL, SIGTERM,
# SIGUSR1 and SIGINT, at random moments from the start of the process to its end; resumes each time. Fails unless each
# ends with the weights, the optimizer's state, the average and the metrics of one that nothing has interrupted, byte
# for byte.
set -euo pipefail
program=$(realpath "$1")
count=${2:-$([ "${RAMIT_FULL:-}" = 1 ] && echo 100 || echo 10)}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "interruptions: $*" >&2
  exit 1
}

# Weights of another scale for the warm start.
timeout 300 "$program" train "$here/interruptions.yaml" --quiet --output "$work/x2" --set task=x2 \
  --set 'schedule={epochs: 1, warmupEpochs: 0, stages: [], milestones: []}' --set data.validation.type=none
train=(train "$here/interruptions.yaml" --quiet --set "warmStart.weights=$work/x2/weights/last.safetensors" --resume)

begin=$(date +%s%N)
timeout 600 "$program" "${train[@]}" --output "$work/whole"
tenths=$((($(date +%s%N) - begin) / 100000000 + 1))

# same FOLDER WHAT: the checkpoint's notes have the log's size, which depends on the time, so its tensors are compared.
same() {
  local file
  for file in metrics.jsonl weights/last.safetensors weights/best.safetensors; do
    cmp "$1/$file" "$work/whole/$file" || fail "$2: $file differs"
  done
  cmp <(tensors "$1") <(tensors "$work/whole") || fail "$2: the checkpoint differs"
}

# The values of a run's last checkpoint: what follows the header.
tensors() {
  local file size
  file=$(ls "$1"/checkpoints/*.safetensors | tail -n 1)
  size=$(od -A n -t u8 -N 8 "$file")
  tail -c "+$((size + 9))" "$file"
}

signals=(KILL TERM USR1 INT) codes=(137 143 138 130)
done=0 runs=0
while [ $done -lt "$count" ]; do
  runs=$((runs + 1))
  folder=$work/run-$runs hits=
  # Five interruptions of each run, and then what is left of it.
  for turn in 1 2 3 4 5; do
    [ $done -lt "$count" ] || break
    kind=$((RANDOM % 4)) code=0
    # Without this, bash lets jobs in the background ignore SIGINT.
    env --default-signal=INT "$program" "${train[@]}" --output "$folder" --threads $((RANDOM % 2 + 1)) \
      > "$work/out" 2>&1 &
    process=$!
    delay=$((RANDOM % (10 * tenths)))
    sleep "$(printf '%d.%02d' $((delay / 100)) $((delay % 100)))"
    kill "-${signals[kind]}" $process 2> /dev/null || true
    wait $process || code=$?
    # Before the program listens, every signal ends it, and after the end none does.
    [ $code = ${codes[kind]} ] || [ $code = 0 ] ||
      fail "SIG${signals[kind]}, and the exit code is $code: $(cat "$work/out")"
    [ $code = 0 ] || done=$((done + 1))
    hits+=" ${signals[kind]}@$(wc -l < "$folder/metrics.jsonl" 2> /dev/null || echo 0)"
    [ $code != 0 ] || break
  done
  timeout 600 "$program" "${train[@]}" --output "$folder" > "$work/out" 2>&1 || fail "$(cat "$work/out")"
  same "$folder" "after$hits"
  ! find "$folder" -name '.*.tmp' | grep . || fail "unfinished files are left"
  rm -r "$folder"
done
echo "interruptions: $done interruptions of $runs runs: the same bytes each time"
