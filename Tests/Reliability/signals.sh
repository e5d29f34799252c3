#!/usr/bin/env bash
# signals.sh PROGRAM [COUNT]: sends COUNT signals (12; full: 100) to trainings at random moments: SIGTERM, SIGINT,
# SIGUSR1 and SIGHUP in turn. Each must end the run within 90 s with 128 + the signal's number and a checkpoint of the
# iteration that it names, and the resumed run has the bytes of one that nothing has stopped. A third of the runs get a
# second signal soon after, which must end them at once: within two seconds, and without saving. A signal in the first
# moments, before the program listens, ends it with the same code, and there is nothing to save; a line says so.
. "$(dirname "$0")/common.sh"
needs env
env --default-signal=TERM,INT,USR1,HUP true 2> /dev/null || skip "env cannot set signals back (coreutils 8.31)"
count=$(size 12 100 "${1:-}")
limit=90000

whole_toy "$work/whole"
begin=$(milliseconds)
whole_toy "$work/timed"
duration=$(($(milliseconds) - begin))
names=(TERM INT USR1 HUP) codes=(143 130 138 129)

# A shell starts what is in the background with SIGINT ignored, and nohup with SIGHUP.
begun() {
  env --default-signal=TERM,INT,USR1,HUP "$program" train "$here/toy.yaml" --output "$1" "${@:2}" > "$work/out" 2>&1 &
  process=$!
}

# Waits for the end; sets code and took, in milliseconds.
ended() {
  local begin
  begin=$(milliseconds) took=0
  while kill -0 $process 2> /dev/null; do
    sleep 0.005
    took=$(($(milliseconds) - begin))
    [ $took -lt $limit ] || { kill -9 $process 2> /dev/null || true; }
  done
  code=0
  wait $process 2> /dev/null || code=$?
}

done=0 early=0 seconds=0 longest=0 second_longest=0 tries=0
while [ $done -lt "$count" ]; do
  tries=$((tries + 1))
  [ $tries -le $((5 * count + 50)) ] || broken "only $done of $tries runs could be stopped before their end"
  kind=$((done % 4)) folder=$work/run process='' code=0 took=0 second=
  rm -rf "$folder"
  below "$duration"
  moment=$drawn
  if [ $((done % 3)) = 2 ]; then second=$((RANDOM % 3)); fi
  if [ -n "$second" ]; then
    # Steps that last longer: the first signal alone is answered after one of them.
    begun "$folder" --threads 1 --set data.train.patch=48 --set data.train.batch=64 \
      --set data.train.samplesPerEpoch=6400 --set data.validation.type=none
    until grep -q 'memory about' "$work/out" || ! kill -0 $process 2> /dev/null; do sleep 0.01; done
    sleep "0.$((RANDOM % 9 + 1))"
    kill "-${names[kind]}" $process 2> /dev/null || true
    sleep "0.0$((RANDOM % 6))"
    # SIGHUP may come any number of times, so two others follow it.
    if [ $kind = 3 ]; then
      kill "-${names[second]}" $process 2> /dev/null || true
      sleep 0.01
    fi
    kill "-${names[second]}" $process 2> /dev/null || true
    ended
    what="SIG${names[second]} after SIG${names[kind]}"
    # The step was over just then, and the first signal has been answered.
    ! grep -q 'stopped after iteration' "$work/out" || continue
    [ $took -le 2000 ] || violation "$what: $took ms"
    [ $code = "${codes[second]}" ] || violation "$what: the exit code is $code: $(tail -n 3 "$work/out")"
    [ $took -le $second_longest ] || second_longest=$took
    seconds=$((seconds + 1)) done=$((done + 1))
    progress $done "$count"
    continue
  fi
  begun "$folder"
  sleep "$(seconds "$moment")"
  kill "-${names[kind]}" $process 2> /dev/null || true
  ended
  # It was done before the signal came.
  [ $code != 0 ] || continue
  done=$((done + 1))
  progress $done "$count"
  what="SIG${names[kind]} after $moment ms"
  [ $code = "${codes[kind]}" ] || { violation "$what: the exit code is $code: $(cat "$work/out")" && continue; }
  [ $took -lt $limit ] || violation "$what: it took $took ms"
  [ $took -le $longest ] || longest=$took
  found=$(grep -o 'stopped after iteration [0-9]*' "$work/out" | tr -dc 0-9) || true
  last=$(newest "$folder" | tr -dc 0-9 | sed 's/^0*//')
  if [ -z "$found" ]; then
    # Before it listens there is nothing to lose: no step has been made.
    [ -z "$last" ] || violation "$what: ended as if before the first step, with a checkpoint of iteration $last"
    early=$((early + 1))
  elif [ "$found" != "${last:-0}" ]; then
    violation "$what: stopped after iteration $found, and the newest checkpoint is of ${last:-none}"
  fi
  code=0
  toy "$folder" --resume > "$work/out" 2>&1 || code=$?
  problem=$(unlike "$folder" "$work/whole" "$found")
  [ "$code$problem" = 0 ] || violation "$what, resumed: code $code: $problem $(cat "$work/out")"
done
verdict "$count" "signals answered (at most $longest ms; $seconds second ones, at most $second_longest ms; \
$early before it listened)"
