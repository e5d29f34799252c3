#!/usr/bin/env bash
# kills.sh PROGRAM [COUNT]: kills COUNT trainings with SIGKILL (12; full: 200), half of them at random moments and half
# at a system call of a save, each kind of call in turn; resumes each. None may be lost: it must continue from the
# newest checkpoint, end with the bytes of a run that nothing has killed, and leave no unfinished file.
. "$(dirname "$0")/common.sh"
needs_strace
count=$(size 12 200 "${1:-}")

whole_toy "$work/whole"
begin=$(milliseconds)
whole_toy "$work/timed"
duration=$(($(milliseconds) - begin))

# What a save calls: between the first byte of the weights and the removal of the oldest checkpoint.
calls=(write fsync rename openat close unlink)
limited strace -f -y -o "$work/trace" "$program" train "$here/toy.yaml" --quiet --output "$work/traced" ||
  broken "the training does not run under strace"
for part in weights checkpoints; do points "$work/traced/$part" "$work/trace" "${calls[@]}"; done > "$work/points"
mapfile -t kinds < <(cut -d ' ' -f 1 "$work/points" | sort -u)
for call in "${calls[@]}"; do
  grep -q "^[^ ]* $call " "$work/points" || broken "no save calls $call"
done

# forced FOLDER TURN: kills the run at a call of a save; sets where.
forced() {
  local kind call number code=0
  kind=${kinds[$2 / 2 % ${#kinds[@]}]}
  read -r _ call number < <(grep "^$kind " "$work/points" | shuf -n 1 --random-source=<(yes $((RANDOM + $2))))
  limited strace -f -y -o "$work/trace" -e "trace=$call" -e "inject=$call:signal=SIGKILL:when=$number" \
    "$program" train "$here/toy.yaml" --quiet --output "$1" > "$work/out" 2>&1 || code=$?
  [ $code = 137 ] || return 1
  where="at $kind, $call number $number"
  # The last call that was traced is the one that has not been made.
  if grep "$call(" "$work/trace" | tail -n 3 | grep -qE "/(checkpoints|weights)[/>]"; then saves=$((saves + 1)); fi
}

# random FOLDER: kills the run at a random moment; sets where.
random() {
  local moment process code=0
  below $((duration + 50))
  moment=$drawn
  "$program" train "$here/toy.yaml" --quiet --output "$1" > "$work/out" 2>&1 &
  process=$!
  sleep "$(seconds "$moment")"
  kill -9 $process 2> /dev/null || true
  wait $process 2> /dev/null || code=$?
  [ $code = 137 ] || return 1
  where="after $moment of $duration ms"
}

saves=0 unborn=0 done=0 tries=0
while [ $done -lt "$count" ]; do
  tries=$((tries + 1))
  [ $tries -le $((5 * count + 50)) ] || broken "only $done of $tries runs could be killed before their end"
  folder=$work/run where=
  rm -rf "$folder"
  if [ $((done % 2)) = 0 ]; then forced "$folder" $done || continue; else random "$folder" || continue; fi
  done=$((done + 1))
  progress $done "$count"
  last=$(newest "$folder")
  [ -n "$last" ] || unborn=$((unborn + 1))
  code=0
  toy "$folder" --resume > "$work/out" 2>&1 || code=$?
  if [ $code != 0 ]; then
    violation "killed $where: resuming ends with $code: $(cat "$work/out")"
    continue
  fi
  found=$(grep -o 'resumed after iteration [0-9]*' "$folder/train.log" | tail -n 1 | tr -dc 0-9) || true
  expected=$(echo "$last" | tr -dc 0-9 | sed 's/^0*//')
  problem=$(unlike "$folder" "$work/whole")
  if [ "$found" != "$expected" ]; then
    violation "killed $where: resumed after iteration ${found:-0}, and the newest checkpoint is ${last:-none}"
  elif [ -n "$problem" ]; then
    violation "killed $where: $problem"
  fi
done
[ $saves -gt 0 ] || broken "no kill has fallen into a save"
verdict "$count" "kills lost nothing ($saves inside a save, $unborn before the first checkpoint)"
