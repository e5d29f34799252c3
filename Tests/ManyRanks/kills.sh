#!/usr/bin/env bash
# kills.sh PROGRAM [COUNT]: kills a rank with SIGKILL at a random moment, COUNT times (10), each time of a run of its
# own; resumes it on another number of ranks, and fails unless it ends with the bytes of one process. One more run is
# stopped by SIGUSR1 to the launcher. Moments are counted in lines of metrics, so that they fall inside the run on
# machines of any speed.
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

lines=$(wc -l < "$work/whole/metrics.jsonl")

# started RANKS FOLDER: a run in the background.
started() {
  train "$1" 4 "$2" "${long[@]}" > "$work/out" 2>&1 &
  job=$!
}

# reaches FOLDER COUNT: waits until the run has written so many lines of metrics; fails where it ends before that.
reaches() {
  until [ "$(wc -l 2> /dev/null < "$1/metrics.jsonl" || echo 0)" -ge "$2" ]; do
    kill -0 $job 2> /dev/null || fail "ended before line $2 of its metrics: $(cat "$work/out")"
    sleep 0.01
  done
}

for turn in $(seq "$count"); do
  folder=$work/killed-$turn ranks=$((RANDOM % 3 + 2)) next=$((RANDOM % 4 + 1)) code=0
  [ $next != $ranks ] || next=$((ranks % 4 + 1))
  started $ranks "$folder"
  # Every fifth one before the first line, while the run is prepared; the others up to three quarters of it.
  line=$((turn % 5 == 0 ? 0 : RANDOM % (lines * 3 / 4) + 1))
  reaches "$folder" $line
  sleep "0.0$((RANDOM % 10))"
  [ $line != 0 ] || until [ -n "$(processes "$folder")" ]; do sleep 0.01; done
  mapfile -t found < <(processes "$folder")
  [ ${#found[@]} -gt 0 ] || fail "the run has ended before it was killed: $(cat "$work/out")"
  kill -9 "${found[RANDOM % ${#found[@]}]}"
  wait $job || code=$?
  [ $code != 0 ] || fail "a killed rank, and the exit code is 0"
  for process in $(processes "$folder"); do fail "rank $process outlives the killed one"; done
  # Where the folder is not there yet, nothing is.
  done=$(ls "$folder/checkpoints" 2> /dev/null | tail -1) || true
  train $next 4 "$folder" "${long[@]}" --resume
  same "$folder" "$work/whole" "killed on $ranks ranks, resumed on $next"
  echo "killed on $ranks ranks at line $line of $lines (code $code, ${done:-no checkpoint}), resumed on $next"
done

folder=$work/stopped code=0
started 3 "$folder"
reaches "$folder" $((lines / 3))
for process in $(pgrep -f -- "--output $folder "); do
  case $(readlink "/proc/$process/exe") in */mpi* | */orterun | */hydra*) kill -USR1 "$process" && break ;; esac
done
wait $job || code=$?
[ $code = 138 ] || fail "stopped by SIGUSR1, and the exit code is $code: $(cat "$work/out")"
train 2 4 "$folder" "${long[@]}" --resume
same "$folder" "$work/whole" "stopped on 3 ranks, resumed on 2"
echo "stopped by SIGUSR1 on 3 ranks, resumed on 2"
