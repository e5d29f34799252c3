#!/usr/bin/env bash
# kills.sh PROGRAM [COUNT]: kills a rank with SIGKILL at a random moment, COUNT times (10), each time of a run of its
# own; resumes it on another number of ranks, and fails unless it ends with the bytes of one process. One more run is
# stopped by SIGUSR1 to the launcher.
set -euo pipefail
program=$(realpath "$1")
count=${2:-10}
. "$(dirname "$0")/common.sh"
long=(--quiet --set data.train.samplesPerEpoch=800)

train 1 4 "$work/whole" "${long[@]}"

# The processes of the program that train in a folder.
processes() {
  local process
  for process in $(pgrep -f -- "--output $1 "); do
    [ "$(readlink "/proc/$process/exe")" != "$program" ] || echo "$process"
  done
}

for turn in $(seq "$count"); do
  folder=$work/killed-$turn ranks=$((RANDOM % 3 + 2)) next=$((RANDOM % 4 + 1)) code=0
  [ $next != $ranks ] || next=$((ranks % 4 + 1))
  train $ranks 4 "$folder" "${long[@]}" > "$work/out" 2>&1 &
  job=$!
  delay=$((RANDOM % 50 + 5))
  sleep "$(printf '%d.%d' $((delay / 10)) $((delay % 10)))"
  mapfile -t found < <(processes "$folder")
  [ ${#found[@]} -gt 0 ] || fail "the run has ended before it was killed"
  kill -9 "${found[RANDOM % ${#found[@]}]}"
  wait $job || code=$?
  [ $code != 0 ] || fail "a killed rank, and the exit code is 0"
  for process in $(processes "$folder"); do fail "rank $process outlives the killed one"; done
  # Where the folder is not there yet, nothing is.
  done=$(ls "$folder/checkpoints" 2> /dev/null | tail -1) || true
  train $next 4 "$folder" "${long[@]}" --resume
  same "$folder" "$work/whole" "killed on $ranks ranks, resumed on $next"
  echo "killed on $ranks ranks after $delay tenths of a second (code $code, ${done:-no checkpoint}), resumed on $next"
done

folder=$work/stopped code=0
train 3 4 "$folder" "${long[@]}" > "$work/out" 2>&1 &
job=$!
sleep 3
for process in $(pgrep -f -- "--output $folder "); do
  case $(readlink "/proc/$process/exe") in */mpi* | */orterun | */hydra*) kill -USR1 "$process" && break ;; esac
done
wait $job || code=$?
[ $code = 138 ] || fail "stopped by SIGUSR1, and the exit code is $code: $(cat "$work/out")"
train 2 4 "$folder" "${long[@]}" --resume
same "$folder" "$work/whole" "stopped on 3 ranks, resumed on 2"
echo "stopped by SIGUSR1 on 3 ranks, resumed on 2"
